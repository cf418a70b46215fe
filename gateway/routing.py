"""The addresses of the gateway, for `foundry_site.asgi`."""

from __future__ import annotations

from typing import Any

from channels.routing import URLRouter
from django.urls import re_path

from gateway.consumer import NowhereConsumer, ProjectConsumer

# Channels routes its applications by Django's patterns, whose types know of views only.
_project: Any = ProjectConsumer.as_asgi()
_nowhere: Any = NowhereConsumer.as_asgi()
_addresses: list[Any] = [re_path(r"^ws/projects/(?P<project_id>[^/]+)/$", _project), re_path(r"", _nowhere)]

websocket_application = URLRouter(_addresses)
