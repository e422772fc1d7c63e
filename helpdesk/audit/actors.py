"""Who is behind a call, as the audit log names them."""

from dataclasses import dataclass
from ipaddress import ip_address
from uuid import UUID

from django.http import HttpRequest
from rest_framework.request import Request

from helpdesk.accounts.models import User
from helpdesk.api.models import ApiToken
from helpdesk.audit.models import ActorKind

NAME_MAX = 300


@dataclass(frozen=True)
class Actor:
    """`address` is the IP address that the call came from, None where there is none."""

    kind: ActorKind
    id: UUID | None = None
    name: str = ""
    address: str | None = None


SYSTEM = Actor(ActorKind.SYSTEM)


def actor_of(request: HttpRequest | Request) -> Actor:
    """The token of an API call, or the person who is signed in; raises `TypeError` for nobody."""
    token = getattr(request, "auth", None)
    if isinstance(token, ApiToken):
        return Actor(ActorKind.TOKEN, token.pk, token.name[:NAME_MAX], address_of(request))
    if isinstance(request.user, User):
        return person_at(request.user, address=request.META.get("REMOTE_ADDR"))
    raise TypeError("Nobody is signed in, so nobody can be named in the audit log.")


def person_at(person: User, *, address: object) -> Actor:
    """Of a socket, which is no request."""
    return Actor(ActorKind.PERSON, person.pk, _name_of(person), _address(address))


def guest(link_id: UUID, *, name: str, request: HttpRequest) -> Actor:
    """Somebody without an account, under the name that they gave."""
    return Actor(ActorKind.GUEST, link_id, name[:NAME_MAX], address_of(request))


def address_of(request: HttpRequest | Request) -> str | None:
    """Behind a proxy the server (`daphne --proxy-headers`) has put the caller's address here."""
    return _address(request.META.get("REMOTE_ADDR"))


def _address(text: object) -> str | None:
    try:
        return str(ip_address(str(text)))
    except ValueError:
        return None


def _name_of(person: User) -> str:
    return (f"{person.name} <{person.email}>" if person.name else person.email)[:NAME_MAX]
