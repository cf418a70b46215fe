"""Addresses of views."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

of_views: Final[list[URLPattern]] = [
    late_path("projects/<uuid:project_id>/views/", "stages.automation.api.views:ViewsView", name="api_views"),
]
