"""What the capture code is told when a visitor's socket opens: the tenant's masking rules and native mappings."""

from typing import Any

from assist.capture.queries import mapping_documents
from assist.channel.router import in_welcome
from helpdesk.tenants.queries import current_tenant


@in_welcome("masking")
def masking() -> dict[str, Any]:
    return current_tenant().masking


@in_welcome("mappings")
def mappings() -> dict[str, Any]:
    return mapping_documents()
