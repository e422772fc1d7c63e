"""Every write about what the tenant configures about capture."""

from typing import Any

from assist.capture.models import NativeMapping


def put_mapping(name: str, *, document: dict[str, Any]) -> NativeMapping:
    """Create or replace; the document has passed `assist.capture.validation`."""
    mapping, _created = NativeMapping.objects.update_or_create(name=name, defaults={"document": document})
    return mapping


def delete_mapping(mapping: NativeMapping) -> None:
    mapping.delete()
