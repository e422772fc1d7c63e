"""Writes about people and where they belong."""

from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from helpdesk.accounts.models import Membership, Role, User
from helpdesk.accounts.queries import CHOSEN_TENANT
from helpdesk.tenants.lookups import FoundMembership, memberships_of


class NoMembership(LookupError):
    """The person doesn't belong to that tenant."""


def ensure_user(email: str, *, name: str, password: str) -> User:
    """The person with this address, created or brought to this name and password."""
    user = User.objects.filter(email=email).first()
    if user is None:
        return User.objects.create_user(email, name=name, password=password)
    if not user.check_password(password):
        user.set_password(password)
    user.name = name
    user.save()
    return user


def set_role(user: User, *, role: Role) -> Membership:
    """Make the person a member of the current tenant, or change what the person may do there."""
    membership, _created = Membership.objects.update_or_create(user=user, defaults={"role": role})
    return membership


def choose_tenant(session: SessionBase, *, user_id: UUID, tenant_id: UUID) -> FoundMembership:
    """Work at the desk of this tenant from now on; raises `NoMembership`."""
    for membership in memberships_of(user_id):
        if membership.tenant_id == tenant_id:
            session[CHOSEN_TENANT] = str(tenant_id)
            return membership
    raise NoMembership
