"""Homes for services: beside, not below, pytest's folders, which only their owner may enter."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def temporary_home() -> Iterator[Path]:
    """An empty home that PostgreSQL's user can reach; removed afterwards."""
    home = Path(tempfile.mkdtemp(prefix="alongside-home-"))
    home.chmod(0o711)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of this test's own."""
    with temporary_home() as folder:
        yield folder
