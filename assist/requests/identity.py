"""Who the visitor says it is, and whether the tenant's own server has signed that."""

import hashlib
import hmac
from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """`is_verified` is true only where the tenant's signature covers exactly these values."""

    external_id: str = ""
    name: str = ""
    email: str = ""
    is_verified: bool = False


def signature_of(*, secret: str, external_id: str, name: str, email: str) -> str:
    """HMAC-SHA256, in hex, over `id`, `name` and `email` joined by line feeds, in UTF-8."""
    message = "\n".join([external_id, name, email]).encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def checked_identity(*, secret: str, external_id: str, name: str, email: str, signature: str) -> Identity:
    """An identity with a wrong or missing signature is kept as what the visitor says, unverified.

    A line feed inside a value would let one signature stand for two identities, so it never verifies.
    """
    expected = signature_of(secret=secret, external_id=external_id, name=name, email=email)
    holds = bool(external_id) and hmac.compare_digest(expected.encode(), signature.encode())
    plain = not any("\n" in value for value in (external_id, name, email))
    return Identity(external_id=external_id, name=name, email=email, is_verified=holds and plain)
