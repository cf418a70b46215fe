"""Addresses of passages."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_HERE: Final = "projects/<uuid:project_id>/passages/"
_VIEWS: Final = "stages.automation.api.passages"

of_passages: Final[list[URLPattern]] = [
    late_path(_HERE, f"{_VIEWS}:PassagesView", name="api_passages"),
    late_path(f"{_HERE}links/<uuid:edge_id>/", f"{_VIEWS}:PassageLinkView", name="api_passage_link"),
]
