"""What the visitor's browser is told when its socket opens."""

import asyncio

from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.models import Tenant
from tests import factories
from tests.channel.scene import Scene

RULES = {"allow": ["#open"], "mask": [".quiet"]}


async def test_welcome_brings_the_tenants_masking_and_mappings(channel: Scene) -> None:
    documents = await asyncio.to_thread(_configure, channel)
    async with channel.visitor() as visitor:
        welcome = await visitor.hello(token=channel.token)
    assert welcome["masking"] == RULES
    assert welcome["mappings"] == documents


def _configure(scene: Scene) -> dict[str, object]:
    with tenant_scope(scene.tenant.id):
        Tenant.objects.filter(id=scene.tenant.id).update(masking=RULES)
        mapping = factories.native_mapping()
    return {mapping.name: mapping.document}
