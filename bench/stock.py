"""The stock Channels way that p1, p2 and p11 are held against: every socket joins the group by itself.

The same layer, the same server, the same frames; only what Foundry's hub does differently is left out.
"""

from __future__ import annotations

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "foundry_site.settings")
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402 - Django comes first
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.urls import path  # noqa: E402


class StockConsumer(AsyncWebsocketConsumer):
    """As the tutorial has it."""

    async def connect(self) -> None:
        self.group = f"stock.{self.scope['url_route']['kwargs']['room']}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.send(text_data='{"method":"snapshot"}')

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def stock_event(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["frame"])


application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter([path("ws/stock/<str:room>/", StockConsumer.as_asgi())]),
    }
)
