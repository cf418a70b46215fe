"""Addresses of what people do on the page of a foreign view, and of its frame."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_VIEW: Final = "projects/<uuid:project_id>/automation/views/<str:module>/<str:name>/"
_ACTS: Final = "stages.automation.pages.foreign_acts"

of_foreign_views: Final[list[URLPattern]] = [
    late_path("view-frame/", "stages.automation.foreign.frame:view_frame", name="view_frame"),
    late_path(f"{_VIEW}switch/", f"{_ACTS}:switch", name="switch_view"),
    late_path(f"{_VIEW}staged/", f"{_ACTS}:staged", name="staged_by_view"),
    late_path(f"{_VIEW}commit/", f"{_ACTS}:commit", name="commit_staged"),
    late_path(f"{_VIEW}discard/", f"{_ACTS}:discard", name="discard_staged"),
]
