"""A tenant, and one recorded session; models are imported late (see tests/video/conftest.py)."""

from tests.video.conftest import ended, recorded, tenant

__all__ = ["ended", "recorded", "tenant"]
