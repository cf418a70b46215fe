"""Addresses of the pages of scripts."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_HERE: Final = "projects/<uuid:project_id>/automation/scripts/"
_SCRIPT: Final = f"{_HERE}<uuid:script_id>/"
_PAGES: Final = "stages.automation.pages"
_VIEWS: Final = f"{_PAGES}.script_views"
_ACTS: Final = f"{_PAGES}.script_act_views"
_TEXTS: Final = f"{_PAGES}.script_text_views"

of_scripts: Final[list[URLPattern]] = [
    late_path(_HERE, f"{_VIEWS}:scripts", name="scripts"),
    late_path(f"{_HERE}new/", f"{_VIEWS}:new_script", name="new_script"),
    late_path(f"{_HERE}check/", f"{_VIEWS}:check", name="check_script"),
    late_path(_SCRIPT, f"{_VIEWS}:script", name="script"),
    late_path(f"{_SCRIPT}save/", f"{_VIEWS}:save", name="save_script"),
    late_path(f"{_SCRIPT}settings/", f"{_PAGES}.script_settings_views:settings", name="script_settings"),
    late_path(f"{_SCRIPT}executions/", f"{_TEXTS}:executions", name="script_executions"),
    late_path(f"{_SCRIPT}texts/", f"{_TEXTS}:texts", name="script_texts"),
    late_path(f"{_SCRIPT}texts/<uuid:bundle_id>/", f"{_TEXTS}:text", name="script_text"),
    late_path(f"{_SCRIPT}run/", f"{_PAGES}.script_run_views:run", name="run_script"),
    late_path(f"{_SCRIPT}switch/", f"{_PAGES}.script_switch_views:switch", name="switch_script"),
    late_path(f"{_SCRIPT}ask/", f"{_ACTS}:ask", name="ask_script"),
    late_path(f"{_SCRIPT}title/", f"{_ACTS}:title", name="title_script"),
    late_path(f"{_SCRIPT}delete/", f"{_ACTS}:delete", name="delete_script"),
]
