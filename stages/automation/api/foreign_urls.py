"""Addresses of foreign views."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_VIEW: Final = "projects/<uuid:project_id>/views/<str:module>/<str:name>/"
_VIEWS: Final = "stages.automation.api.foreign_views"

of_foreign_views: Final[list[URLPattern]] = [
    late_path(_VIEW, f"{_VIEWS}:ForeignViewView", name="api_view"),
    late_path(f"{_VIEW}source/", f"{_VIEWS}:ForeignViewSourceView", name="api_view_source"),
    late_path(f"{_VIEW}switch/", f"{_VIEWS}:SwitchViewView", name="api_view_switch"),
    late_path(f"{_VIEW}rows/", f"{_VIEWS}:ViewRowsView", name="api_view_rows"),
    late_path(f"{_VIEW}links/", f"{_VIEWS}:ViewLinksView", name="api_view_links"),
    late_path(f"{_VIEW}text/", f"{_VIEWS}:ViewTextView", name="api_view_text"),
    late_path(f"{_VIEW}propose/", f"{_VIEWS}:ProposeByViewView", name="api_view_propose"),
]
