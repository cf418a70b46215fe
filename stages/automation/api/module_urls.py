"""Addresses of modules and suggestions."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_PROJECT: Final = "projects/<uuid:project_id>/"
_VIEWS: Final = "stages.automation.api.modules"

of_modules: Final[list[URLPattern]] = [
    late_path("modules/", f"{_VIEWS}:ModulesView", name="api_modules"),
    late_path("modules/<str:name>/install/", f"{_VIEWS}:InstallView", name="api_module_install"),
    late_path("modules/<str:name>/uninstall/", f"{_VIEWS}:UninstallView", name="api_module_uninstall"),
    late_path(f"{_PROJECT}modules/", f"{_VIEWS}:ProjectModulesView", name="api_project_modules"),
    late_path(f"{_PROJECT}modules/<str:name>/leave/", f"{_VIEWS}:LeaveView", name="api_module_leave"),
    late_path(f"{_PROJECT}suggestions/", f"{_VIEWS}:SuggestionsView", name="api_suggestions"),
]
