"""Addresses of the pages of scripts."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_HERE: Final = "projects/<uuid:project_id>/automation/scripts/"
_SCRIPT: Final = f"{_HERE}<uuid:script_id>/"
_VIEWS: Final = "stages.automation.pages.script_views"

of_scripts: Final[list[URLPattern]] = [
    late_path(_HERE, f"{_VIEWS}:scripts", name="scripts"),
    late_path(f"{_HERE}new/", f"{_VIEWS}:new_script", name="new_script"),
    late_path(_SCRIPT, f"{_VIEWS}:script", name="script"),
]
