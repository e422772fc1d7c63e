"""What a tenant's applications can check: texts signed by a key that only the desk can make."""

import hashlib
import hmac
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

PURPOSE = "helpdesk.tenants.signing"


def signature_of(text: str, *, tenant_id: UUID) -> str:
    """Ed25519, 64 bytes in hex."""
    return _key(tenant_id).sign(text.encode()).hex()


def public_key_of(tenant_id: UUID) -> str:
    """32 bytes in hex, to be built into an application; another one when SECRET_KEY is changed."""
    return _key(tenant_id).public_key().public_bytes_raw().hex()


def _key(tenant_id: UUID) -> Ed25519PrivateKey:
    """Made of SECRET_KEY, so that no key of a tenant is kept anywhere."""
    seed = hmac.new(settings.SECRET_KEY.encode(), f"{PURPOSE}:{tenant_id}".encode(), hashlib.sha256).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)
