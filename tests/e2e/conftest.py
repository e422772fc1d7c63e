"""A visitor of a tenant's site, in a browser, as the loader's tests have one."""

from tests.loader.conftest import desk, site, visitor

__all__ = ["desk", "site", "visitor"]
