"""Addresses below ``/api/rpc/``, without a slash at their ends."""

from __future__ import annotations

from django.urls import URLPattern

from kernel.late import late_path


def _path(route: str, view: str) -> URLPattern:
    name = "api_rpc_" + route.replace("/", "_")
    return late_path(f"<uuid:project_id>/{route}", f"stages.automation.rpc.{view}", name=name)


urlpatterns = [
    _path("modules/install", "modules:InstallModuleView"),
    _path("modules/list", "modules:ListModulesView"),
    _path("modules/adopt", "modules:AdoptModuleView"),
    _path("scripts/list", "scripts:ListScriptsView"),
    _path("scripts/run", "scripts:RunScriptView"),
]
