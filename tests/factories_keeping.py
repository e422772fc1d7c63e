"""Rows of keeping and erasing; `tests.factories` has them among all others."""

import itertools
from typing import Any

from django.utils import timezone

from helpdesk.tenants.context import current_tenant_id
from helpdesk.tenants.keys import object_key
from recordings.keeping.models import Doomed, DoomedKind, Erasure, ErasureItem, LegalHold
from tests import factories

_numbers = itertools.count(1)


def legal_hold(**values: Any) -> LegalHold:
    of = {"session": factories.assist_session, "reason": lambda: "Reason", "placed_at": timezone.now}
    return factories.create(LegalHold, values, **of)


def erasure(**values: Any) -> Erasure:
    return factories.create(Erasure, values, requested_at=timezone.now)


def erasure_item(**values: Any) -> ErasureItem:
    return factories.create(ErasureItem, values, erasure=erasure, request=factories.assist_request)


def doomed(**values: Any) -> Doomed:
    return factories.create(
        Doomed,
        values,
        kind=lambda: DoomedKind.FOLDER,
        name=lambda: object_key(current_tenant_id(), "sessions", next(_numbers)),
        created_at=timezone.now,
    )


KEEPING = {LegalHold: legal_hold, Erasure: erasure, ErasureItem: erasure_item, Doomed: doomed}
