"""Notes at a moment, and who is told of them."""

import html
import re

import pytest
from django.test import Client

from helpdesk.accounts.models import Role
from helpdesk.mail.models import OutgoingMail
from helpdesk.tenants.context import tenant_scope
from recordings.review.mentions import mentioned, suggestions
from recordings.review.models import RecordingNote
from recordings.review.notes import AT_MS_MAX
from recordings.video.models import Recording
from tests import factories
from tests.desks import Desk, signed_in


def recorded(desk: Desk, *, duration_ms: int | None = 90_000) -> Recording:
    with tenant_scope(desk.tenant.id):
        return factories.recording(session=factories.assist_session(agent=desk.agent), duration_ms=duration_ms)


def note(client: Client, recording: Recording, body: str, at_ms: int = 61_500) -> int:
    return client.post(f"/desk/recordings/{recording.pk}/notes/", {"at_ms": at_ms, "body": body}).status_code


def test_people_are_called_by_name_address_or_what_stands_before_its_at(desk: Desk) -> None:
    with tenant_scope(desk.tenant.id):
        ada = factories.member(name="Ada Byron", email="ada@people.example")
        wang = factories.member(name="王小明", email="wang@people.example")
        people = [ada, wang, *(factories.member(name="Two Alike", email=f"two{n}@people.example") for n in "ab")]
    for body, called in (
        ("@AdaByron, please", [ada]), ("see @ada@people.example.", [ada]), ("(@ADA)", [ada]), ("@王小明请看", [wang]),
        ("@wang and @ada and @ada", [wang, ada]), ("ask ada@people.example", []), ("@TwoAlike @nobody @", []),
    ):  # fmt: skip
        assert mentioned(body, people=people) == called, body


def test_colleagues_are_offered_by_what_calls_nobody_else(desk: Desk) -> None:
    with tenant_scope(desk.tenant.id):
        people = [
            factories.member(name=name, email=f"p{number}@people.example")
            for number, name in enumerate(("Ada Byron", "王小明", "Two Alike", "Two Alike", "Ann O'Brien", ""))
        ]
    offered = suggestions(people)
    handles = ["AdaByron", "王小明", *(f"p{number}@people.example" for number in range(2, 6))]
    assert [one["handle"] for one in offered] == handles
    for person, handle in zip(people, handles, strict=True):
        assert mentioned(f"@{handle}", people=people) == [person]


def test_note_tells_who_is_called_and_may_see_the_recording(desk: Desk) -> None:
    recording = recorded(desk)
    with tenant_scope(desk.tenant.id):
        manager = factories.member(Role.MANAGER, name="Ada", email="ada@people.example")
        factories.member(name="Bob", email="bob@people.example")
    answer = desk.client.post(
        f"/desk/recordings/{recording.pk}/notes/",
        {"at_ms": 61_500, "body": "@Ada and @Bob and @Agent: look"},
        follow=True,
    )
    page = answer.content.decode()
    assert "Told by e-mail: Ada." in page
    assert "Not told, since they may not see this recording: Bob." in page
    with tenant_scope(desk.tenant.id):
        mail = OutgoingMail.objects.get()
        assert RecordingNote.objects.get().mentions == [str(manager.pk)]
    assert mail.to == "ada@people.example"
    assert "Agent wrote at 1:01:" in mail.body
    assert f"/desk/recordings/{recording.pk}/?t=61500" in mail.body


def test_notes_stand_in_the_page_in_the_order_of_time_and_for_the_player(desk: Desk) -> None:
    recording = recorded(desk)
    for at_ms, body in ((9000, "later"), (1000, "<b>sooner</b></script>")):
        assert note(desk.client, recording, body, at_ms) == 302
    page = desk.client.get(f"/desk/recordings/{recording.pk}/?t=5000").content.decode()
    assert page.index("&lt;b&gt;sooner") < page.index(">later<")
    marks = re.findall(r'data-seek="(\d+)" data-mark="([^"]+)"', page)
    assert [(int(at_ms), html.unescape(body)) for at_ms, body in marks] == [
        (1000, "<b>sooner</b></script>"),
        (9000, "later"),
    ]
    assert 'name="at_ms" value="5000"' in page


@pytest.mark.parametrize(("at_ms", "body"), [(90_001, "x"), (-1, "x"), (0, " "), (0, "x" * 4001)])
def test_note_is_bounded(desk: Desk, at_ms: int, body: str) -> None:
    note(desk.client, recorded(desk), body, at_ms)
    with tenant_scope(desk.tenant.id):
        assert not RecordingNote.objects.exists()


def test_note_is_bounded_before_the_length_is_known(desk: Desk) -> None:
    recording = recorded(desk, duration_ms=None)
    for at_ms in (AT_MS_MAX, AT_MS_MAX + 1, 2**64):
        assert note(desk.client, recording, "x", at_ms) == 302
    with tenant_scope(desk.tenant.id):
        assert [row.at_ms for row in RecordingNote.objects.all()] == [AT_MS_MAX]


def test_notes_are_deleted_by_their_authors_and_managers(desk: Desk) -> None:
    recording = recorded(desk)
    with tenant_scope(desk.tenant.id):
        manager, colleague = signed_in(factories.member(Role.MANAGER)), signed_in(factories.member())
        theirs = factories.recording_note(recording=recording, author=factories.member())
        mine = factories.recording_note(recording=recording, author=desk.agent)
    paths = {row: f"/desk/recordings/{recording.pk}/notes/{row.pk}/delete/" for row in (mine, theirs)}
    assert colleague.post(paths[mine]).status_code == note(colleague, recording, "x") == 404
    assert desk.client.post(paths[theirs]).status_code == 403
    assert desk.client.post(paths[mine]).status_code == manager.post(paths[theirs]).status_code == 302
    with tenant_scope(desk.tenant.id):
        assert not RecordingNote.objects.exists()
