"""Who reviews, as the desk knows them."""

from typing import Any

from django.http import HttpRequest

from helpdesk.accounts.people import person_of
from recordings.review.queries import Reviewer


def reviewer_of(request: HttpRequest) -> Reviewer:
    membership: Any = request.membership  # type: ignore[attr-defined]
    return Reviewer(user_id=person_of(request).id, role=membership.role)
