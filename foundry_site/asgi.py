"""The ASGI application: HTTP to Django, WebSocket to the gateway."""

from __future__ import annotations

import os

import django
from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "foundry_site.settings")

# Loads the apps: what imports models comes after this line.
django.setup(set_prefix=False)

from foundry_site.observability.access_log import LoggedRequests, LoggedSockets  # noqa: E402
from foundry_site.server.http import HttpApplication  # noqa: E402
from foundry_site.server.site_path import BelowPath  # noqa: E402
from gateway.routing import websocket_application  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": LoggedRequests(BelowPath(HttpApplication())),
        "websocket": LoggedSockets(BelowPath(websocket_application())),
    }
)
