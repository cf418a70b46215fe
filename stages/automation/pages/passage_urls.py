"""Addresses of the panel with the links to passages."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_HERE: Final = "projects/<uuid:project_id>/passages/"
_VIEWS: Final = "stages.automation.pages.passage_views"

of_passages: Final[list[URLPattern]] = [
    late_path(_HERE, f"{_VIEWS}:passages", name="passages"),
    late_path(f"{_HERE}records/", f"{_VIEWS}:choices", name="passage_choices"),
    late_path(f"{_HERE}<uuid:edge_id>/confirm/", f"{_VIEWS}:confirm", name="confirm_passage"),
    late_path(f"{_HERE}<uuid:edge_id>/unlink/", f"{_VIEWS}:unlink", name="unlink_passage"),
]
