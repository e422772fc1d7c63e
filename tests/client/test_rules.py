"""Rules are followed when this desk has signed them for this session, and only then; models are imported late."""

from typing import Any
from uuid import uuid4

import pytest

from alongside_client.rules import BadRules, Rules, verified

TENANT, SESSION = uuid4(), uuid4()
MASKING = {"data": ["card"], "urls": [{"pattern": "https://a.example/*", "data": ["phone", "shoe size"]}, "x", {}]}


def part(known: str = "") -> dict[str, Any]:
    from assist.channel.signed_rules import rules_part

    parts = {"masking": MASKING, "mappings": {"till": {"version": 1, "rules": [], "pages": ["till*"]}}}
    return rules_part(parts, known=known, tenant_id=TENANT, session_id=SESSION)


def checked(text: str | None = None, **changes: str) -> Rules:
    from helpdesk.tenants.signing import public_key_of

    rules = part()["rules"]
    values = {"signature": rules["signature"], "key": public_key_of(TENANT), "session_id": str(SESSION), **changes}
    return verified(text or rules["text"], **values)


def test_rules_are_read_where_everything_fits() -> None:
    rules = checked()
    assert rules.data_at("https://a.example/pay#phone") == {"card", "phone"}
    assert rules.data_at("https://b.example/") == {"card"}
    assert rules.mapping_for("till/sale")["pages"] == ["till*"]
    assert rules.mapping_for("other") == {"version": 1, "rules": []}


def test_rules_that_are_known_are_not_sent_again() -> None:
    assert part(known=checked().sha256) == {"masking": {}, "mappings": {}}


@pytest.mark.parametrize("changes", [{"key": "00" * 32}, {"key": "zz"}, {"signature": "00" * 64}, {"signature": ""}])
def test_rules_with_another_key_or_signature_are_refused(changes: dict[str, str]) -> None:
    with pytest.raises(BadRules):
        checked(**changes)


def test_rules_that_were_changed_or_are_of_another_session_are_refused() -> None:
    with pytest.raises(BadRules):
        checked(part()["rules"]["text"].replace('"card"', '"none"'))
    with pytest.raises(BadRules):
        checked(session_id=str(uuid4()))
