"""Addresses of the pages of modules."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_HERE: Final = "projects/<uuid:project_id>/automation/"
_MODULE: Final = f"{_HERE}modules/<str:name>/"
_SITE: Final = "stages.automation.pages.package_views"
_VIEWS: Final = "stages.automation.pages.module_views"

of_modules: Final[list[URLPattern]] = [
    late_path("modules/", f"{_SITE}:packages", name="packages"),
    late_path("modules/<str:name>/install/", f"{_SITE}:install", name="install_module"),
    late_path("modules/<str:name>/uninstall/", f"{_SITE}:uninstall", name="uninstall_module"),
    late_path(_HERE, f"{_VIEWS}:automation", name="automation"),
    late_path(f"{_HERE}modules/", f"{_VIEWS}:modules", name="modules"),
    late_path(_MODULE, f"{_VIEWS}:module", name="module"),
    late_path(f"{_MODULE}plan/", f"{_VIEWS}:plan", name="plan_module"),
    late_path(f"{_MODULE}files/", f"{_VIEWS}:files", name="module_files"),
    late_path(f"{_MODULE}answers/", f"{_VIEWS}:answers", name="answers"),
    late_path(f"{_MODULE}leave/", f"{_VIEWS}:leave", name="leave"),
]
