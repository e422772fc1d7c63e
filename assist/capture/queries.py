"""Reads of what the tenant configures about capture."""

from typing import Any

from assist.capture.models import NativeMapping


def mapping_of_name(name: str) -> NativeMapping | None:
    return NativeMapping.objects.filter(name=name).first()


def mapping_documents() -> dict[str, Any]:
    """All mapping documents of the current tenant by name."""
    return dict(NativeMapping.objects.order_by("name").values_list("name", "document"))
