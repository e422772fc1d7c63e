from uuid import uuid4

import pytest

from assist.console.tickets import STEP_SECONDS, BadTicket, issue_ticket, read_ticket

IDS = {"tenant_id": uuid4(), "session_id": uuid4(), "user_id": uuid4()}
NOON = STEP_SECONDS * 80_000


def test_ticket_names_what_it_was_issued_for() -> None:
    ticket = read_ticket(issue_ticket(**IDS, now=NOON), now=NOON)
    assert {"tenant_id": ticket.tenant_id, "session_id": ticket.session_id, "user_id": ticket.user_id} == IDS


def test_ticket_is_the_same_within_a_step() -> None:
    assert issue_ticket(**IDS, now=NOON) == issue_ticket(**IDS, now=NOON + STEP_SECONDS - 1)
    assert issue_ticket(**IDS, now=NOON) != issue_ticket(**IDS, now=NOON + STEP_SECONDS)


@pytest.mark.parametrize("issued_at", [NOON, NOON + STEP_SECONDS - 1])
def test_ticket_lives_6_to_12_hours(issued_at: float) -> None:
    ticket = issue_ticket(**IDS, now=issued_at)
    read_ticket(ticket, now=issued_at + 6 * 3600)
    with pytest.raises(BadTicket):
        read_ticket(ticket, now=issued_at + 12 * 3600)


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "A" + t[1:], lambda t: "", lambda t: t + "x"])
def test_ticket_tampered_is_refused(change) -> None:
    with pytest.raises(BadTicket):
        read_ticket(change(issue_ticket(**IDS, now=NOON)), now=NOON)
