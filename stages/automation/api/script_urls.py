"""Addresses of scripts and executions."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_SCRIPTS: Final = "projects/<uuid:project_id>/scripts/"
_EXECUTIONS: Final = "executions/<uuid:execution_id>/"
_VIEWS: Final = "stages.automation.api"

of_scripts: Final[list[URLPattern]] = [
    late_path(_SCRIPTS, f"{_VIEWS}.scripts:ScriptsView", name="api_scripts"),
    late_path(f"{_SCRIPTS}check/", f"{_VIEWS}.scripts:CheckScriptView", name="api_script_check"),
    late_path(f"{_SCRIPTS}<uuid:script_id>/", f"{_VIEWS}.scripts:ScriptView", name="api_script"),
    late_path(f"{_SCRIPTS}<uuid:script_id>/switch/", f"{_VIEWS}.scripts:SwitchScriptView", name="api_script_switch"),
    late_path(f"{_SCRIPTS}<uuid:script_id>/ask/", f"{_VIEWS}.scripts:AskForGrantsView", name="api_script_ask"),
    late_path(f"{_SCRIPTS}<uuid:script_id>/run/", f"{_VIEWS}.scripts:RunScriptView", name="api_script_run"),
    late_path("projects/<uuid:project_id>/executions/", f"{_VIEWS}.executions:ExecutionsView", name="api_executions"),
    late_path(_EXECUTIONS, f"{_VIEWS}.executions:ExecutionView", name="api_execution"),
    late_path(f"{_EXECUTIONS}log/", f"{_VIEWS}.executions:ExecutionLogView", name="api_execution_log"),
    late_path(f"{_EXECUTIONS}stop/", f"{_VIEWS}.executions:StopExecutionView", name="api_execution_stop"),
]
