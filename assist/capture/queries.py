"""Reads of what the tenant configures about capture."""

import logging
from collections.abc import Iterable
from typing import Any

from assist.capture.inheritance import BadInheritance, flattened
from assist.capture.models import NativeMapping
from assist.capture.ready import READY_PREFIX, ready_mappings

logger = logging.getLogger(__name__)


def mapping_of_name(name: str) -> NativeMapping | None:
    return NativeMapping.objects.filter(name=name).first()


def mappings_by_name() -> Iterable[NativeMapping]:
    return NativeMapping.objects.order_by("name")


def extendable_mappings() -> dict[str, Any]:
    """All documents that a mapping of the current tenant may extend: its own by name, and `ready:…`."""
    ready = {f"{READY_PREFIX}{mapping.name}": mapping.document for mapping in ready_mappings().values()}
    return {**ready, **dict(NativeMapping.objects.values_list("name", "document"))}


def mapping_documents() -> dict[str, Any]:
    """All mapping documents of the current tenant by name, with what they extend put in."""
    bases = extendable_mappings()
    own = {name: document for name, document in sorted(bases.items()) if not name.startswith(READY_PREFIX)}
    return {name: flat for name, document in own.items() if (flat := _flat(name, document, bases)) is not None}


def extenders_of(name: str) -> list[str]:
    """Names of the mappings that extend this one."""
    return list(NativeMapping.objects.filter(document__extends=name).order_by("name").values_list("name", flat=True))


def _flat(name: str, document: dict[str, Any], bases: dict[str, Any]) -> dict[str, Any] | None:
    """None for what was right when it was put, and is not any more since a mapping that it extends was changed."""
    try:
        return flattened(document, bases=bases, name=name)
    except BadInheritance as bad:
        logger.warning("a native mapping is left out: %s", bad, extra={"mapping": name})
        return None
