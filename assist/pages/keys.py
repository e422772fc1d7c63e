"""Where assets lie in the object store."""

from uuid import UUID

from helpdesk.tenants.keys import object_key


def asset_key(tenant_id: UUID, sha256: str) -> str:
    return object_key(tenant_id, "assets", sha256)
