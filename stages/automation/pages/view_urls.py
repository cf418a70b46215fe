"""Addresses of the pages of views."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_VIEW: Final = "projects/<uuid:project_id>/automation/views/<str:module>/<str:name>/"

of_views: Final[list[URLPattern]] = [late_path(_VIEW, "stages.automation.pages.view_views:view", name="view")]
