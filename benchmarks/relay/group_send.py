"""The same relay by the channel layer's groups: a visitor's frame goes to the group of its session.

`RELAY_LAYER` is `core` or `pubsub`; nothing is authorised, acknowledged or stored.
"""

import os
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from django.conf import settings
from django.urls import path

LAYERS = {
    "core": "channels_redis.core.RedisChannelLayer",
    "pubsub": "channels_redis.pubsub.RedisPubSubChannelLayer",
}
CAPACITY = 1000  # of `core`; its default of 100 loses frames at once when there is a pause

settings.configure(
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": LAYERS[os.environ["RELAY_LAYER"]],
            "CONFIG": {
                "hosts": [os.environ["REDIS_URL"]],
                **({"capacity": CAPACITY} if os.environ["RELAY_LAYER"] == "core" else {}),
            },
        }
    }
)


class Visitor(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        self.group = self.scope["url_route"]["kwargs"]["session"]
        await self.accept()
        await self.send(text_data="ready")

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.channel_layer.group_send(self.group, {"type": "frame", "data": bytes_data})


class Console(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add(self.scope["url_route"]["kwargs"]["session"], self.channel_name)
        await self.accept()
        await self.send(text_data="ready")

    async def frame(self, event: dict[str, Any]) -> None:
        await self.send(bytes_data=event["data"])


application = URLRouter(
    [path("visitor/<str:session>", Visitor.as_asgi()), path("console/<str:session>", Console.as_asgi())]
)
