"""The addresses of the sockets, for `foundry_site.asgi`."""

from __future__ import annotations

from typing import Any

from channels.routing import URLRouter
from django.urls import re_path

from gateway.consumer import UnknownAddressConsumer
from gateway.registry import SOCKET_ADDRESSES


def websocket_application() -> URLRouter:
    """Every registered address; any other one is refused after accepting. Call it when all apps are ready."""
    # Channels routes its applications by Django's patterns, whose types know of views only.
    unknown: Any = UnknownAddressConsumer.as_asgi()
    patterns: list[Any] = [
        re_path(f"^{address.pattern}$", address.consumer.as_asgi()) for address in SOCKET_ADDRESSES.values()
    ]
    return URLRouter([*patterns, re_path(r"", unknown)])
