"""Who refers to assets, or keeps one, and who deletes those that nobody refers to, keep out of each other's way.

Locks of the transaction, of one tenant. Who uploads shares it with all others who do, and who deletes only tries: one
who waits would hold up those who come after.
"""

from django.db import connection

from helpdesk.tenants.context import current_tenant_id

# Of all advisory locks these are of assets.
SPACE = 1


def share_assets() -> None:
    """Until the transaction ends nothing is deleted; waits while something is, which takes less than a second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, hashtext(%s))", [SPACE, str(current_tenant_id())])


def try_to_lock_assets() -> bool:
    """Until the transaction ends nobody refers to an asset anew; false where somebody is about to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [SPACE, str(current_tenant_id())])
        (is_locked,) = cursor.fetchone()
    return bool(is_locked)
