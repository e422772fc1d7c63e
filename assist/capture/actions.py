"""Every write about what the tenant configures about capture."""

from typing import Any

from assist.capture.models import NativeMapping
from assist.capture.queries import extenders_of


class MappingInUse(Exception):
    """`names` are the mappings that extend the one that should go."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(*names)
        self.names = names


def put_mapping(name: str, *, document: dict[str, Any]) -> NativeMapping:
    """Create or replace; the document has passed `assist.capture.validation`."""
    mapping, _created = NativeMapping.objects.update_or_create(name=name, defaults={"document": document})
    return mapping


def delete_mapping(mapping: NativeMapping) -> None:
    """Raise MappingInUse."""
    names = extenders_of(mapping.name)
    if names:
        raise MappingInUse(names)
    mapping.delete()
