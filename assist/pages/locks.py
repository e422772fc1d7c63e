"""Who refers to assets, or keeps one, and who deletes those that nobody refers to, keep out of each other's way.

Locks of the transaction, of one tenant. Who uploads shares it with all others who do; who deletes waits a moment for
those who are at it, and those who come after wait for both: else one visitor could keep everything from being deleted.
"""

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from helpdesk.tenants.context import current_tenant_id

# Of all advisory locks these are of assets.
SPACE = 1
# For so long at most who deletes holds up those who come to upload.
WAIT_MS = 1000


def share_assets() -> None:
    """Until the transaction ends nothing is deleted; waits while something is, which takes less than a second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, hashtext(%s))", [SPACE, str(current_tenant_id())])


def try_to_lock_assets() -> bool:
    """Until the transaction ends nobody refers to an asset anew; false where somebody is at it for `WAIT_MS`."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {WAIT_MS}")
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [SPACE, str(current_tenant_id())])
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            return False
        raise
    return True
