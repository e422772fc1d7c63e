"""What the database itself says about its tables, keys, rights and functions."""

from typing import Any

from django.db import connections

from helpdesk.tenants.roles import OWNER_ALIAS

TABLES = """
SELECT c.relname, c.relkind::text, c.relrowsecurity, c.relforcerowsecurity
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
POLICIES = """
SELECT tablename, policyname, permissive, roles::text[], cmd, qual, with_check FROM pg_policies
WHERE schemaname = 'public'
"""
RIGHTS = """
SELECT c.relname, COALESCE(r.rolname, 'public'), array_agg(a.privilege_type ORDER BY a.privilege_type)
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.grantee <> c.relowner
GROUP BY 1, 2
"""
UNIQUE_KEYS = """
SELECT conrelid::regclass::text, ARRAY(
    SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k(n, i)
    JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY i)
FROM pg_constraint WHERE contype IN ('u', 'p') AND connamespace = 'public'::regnamespace
"""
FOREIGN_KEYS = """
SELECT conrelid::regclass::text, confrelid::regclass::text, conname,
    ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k(n, i)
          JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY i),
    ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k(n, i)
          JOIN pg_attribute ON attrelid = confrelid AND attnum = n ORDER BY i)
FROM pg_constraint WHERE contype = 'f' AND convalidated AND connamespace = 'public'::regnamespace
"""
NULLABLE_TENANT = """
SELECT relname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid AND c.relkind IN ('r', 'p')
WHERE attname = 'tenant_id' AND NOT attnotnull AND NOT attisdropped
"""
POWERFUL_FUNCTIONS = """
SELECT p.proname, pg_get_userbyid(p.proowner), p.proconfig,
    ARRAY(SELECT COALESCE(r.rolname, 'public') FROM aclexplode(p.proacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
          WHERE a.grantee <> p.proowner)
FROM pg_proc p WHERE p.prosecdef AND p.pronamespace NOT IN ('pg_catalog'::regnamespace)
"""


def read(query: str) -> list[tuple[Any, ...]]:
    with connections[OWNER_ALIAS].cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()
