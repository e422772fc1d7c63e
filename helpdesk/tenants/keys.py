"""Names outside the database; each begins with its tenant, and each kind is made here only."""

from uuid import UUID


def group(tenant_id: UUID | str, *parts: object) -> str:
    """Channel-layer group: at most 100 characters of `[A-Za-z0-9._-]`."""
    return ".".join(["t", str(tenant_id), *map(str, parts)])


def cache_key(tenant_id: UUID | str, *parts: object) -> str:
    return ":".join(["t", str(tenant_id), *map(str, parts)])


def session_key(tenant_id: UUID | str, session_id: UUID | str, *parts: object) -> str:
    """Valkey key of an assist session; the braces keep one session's keys in one cluster slot."""
    return ":".join([f"t:{tenant_id}:{{{session_id}}}", *map(str, parts)])


def object_key(tenant_id: UUID | str, *parts: object) -> str:
    """Object-store key."""
    return "/".join(["tenants", str(tenant_id), *map(str, parts)])


def node_channel(node: str) -> str:
    """Where frames are published for a web process: without a tenant, since one reader serves the consoles of all."""
    return f"node:{node}"


def archive_fault_key() -> str:
    """Valkey key that is there while segments can't be written, whosever they are."""
    return "archive:fault"


def archive_try_key() -> str:
    """Valkey key of the one worker that tries, while segments can't be written."""
    return "archive:try"


def nodes_key() -> str:
    """Valkey key of the sorted set of all web processes."""
    return "nodes"
