"""The ASGI application: HTTP to Django, WebSocket to the gateway."""

from __future__ import annotations

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "foundry_site.settings")

# Loads the apps: what imports models comes after this line.
django_application = get_asgi_application()

application = ProtocolTypeRouter({"http": django_application})
