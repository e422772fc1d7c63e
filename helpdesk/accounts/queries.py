"""Who belongs where."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from helpdesk.accounts.models import Membership, User
from helpdesk.tenants.lookups import FoundMembership, memberships_of

CHOSEN_TENANT = "tenant_id"


def people_of_tenant() -> QuerySet[User]:
    """Everybody with a membership in the current tenant, by name; for choices of assignees and the like."""
    return User.objects.filter(id__in=Membership.objects.values("user_id")).order_by("name", "email")


def role_of(user_id: UUID) -> str | None:
    """In the current tenant."""
    return Membership.objects.filter(user_id=user_id).values_list("role", flat=True).first()


def roles_of(user_ids: Collection[UUID]) -> dict[UUID, str]:
    """In the current tenant; who is not a member is missing."""
    return dict(Membership.objects.filter(user_id__in=user_ids).values_list("user_id", "role"))


def desk_membership(user_id: UUID, *, session: Mapping[str, Any]) -> tuple[FoundMembership | None, bool]:
    """The membership that a desk session works under, and whether the person has to choose first.

    Read anew for each request and each socket, so that a membership that is taken away ends at once.
    """
    memberships = memberships_of(user_id)
    chosen = [m for m in memberships if str(m.tenant_id) == session.get(CHOSEN_TENANT)]
    if chosen or len(memberships) == 1:
        return (chosen or memberships)[0], False
    return None, bool(memberships)
