"""The ASGI application: HTTP to Django, WebSocket to the gateway."""

from __future__ import annotations

import os

import django
from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "foundry_site.settings")

# Loads the apps: what imports models comes after this line.
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402

from foundry_site.environment import MASTER, WORKER  # noqa: E402
from foundry_site.observability.access_log import LoggedRequests, LoggedSockets  # noqa: E402
from foundry_site.server.http import HttpApplication  # noqa: E402
from foundry_site.server.roles import OnlyProbes, refuse_socket  # noqa: E402
from foundry_site.server.site_path import BelowPath  # noqa: E402
from gateway.routing import websocket_application  # noqa: E402

_http = BelowPath(HttpApplication())
_websocket = BelowPath(websocket_application())


def application_of(role: str) -> ProtocolTypeRouter:
    """What a node of this role answers (`foundry_site.server.roles`)."""
    return ProtocolTypeRouter(
        {
            "http": LoggedRequests(OnlyProbes(_http) if role == WORKER else _http),
            "websocket": LoggedSockets(refuse_socket if role == MASTER else _websocket),
        }
    )


application = application_of(settings.FOUNDRY_ROLE)
