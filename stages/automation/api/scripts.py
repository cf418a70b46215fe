"""Scripts over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from projects.access import get_project
from projects.rest import ProjectView
from rest.schema import operation
from stages.automation.api import script_serializers as shapes
from stages.automation.lua import SourceError
from stages.automation.permissions import READ, SAVE_SCRIPT
from stages.automation.reading.scripts import ScriptState, scripts_of, states_of
from stages.automation.services import scripts as services
from stages.automation.services.script_acts import ask_for_grants, delete_script
from stages.automation.services.script_checks import check_source


class ScriptsView(ProjectView):
    @operation("scripts", answer=shapes.ScriptList)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The scripts of the project, by their names."""
        get_project(user=self.user(), project_id=project_id, action=READ)
        return self.answer({"scripts": [script_body(each) for each in scripts_of(project_id)]})

    @operation("scripts_save", takes=shapes.NewScript, answer=shapes.SavedScript, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Save a script of the project under its name. It is off until an owner switches this text on."""
        data = self.body(shapes.NewScript)
        saved = services.save_script(caller=self.caller(), project_id=project_id, **data)
        return self.answer(_saved(saved), 201)


class ScriptView(ProjectView):
    @operation("scripts_read", answer=shapes.WholeScript)
    def get(self, request: Request, project_id: UUID, script_id: UUID) -> HttpResponseBase:
        """One script with its text."""
        get_project(user=self.user(), project_id=project_id, action=READ)
        (found,) = states_of(project_id, [services.find_script(project_id, script_id)])
        return self.answer({**script_body(found), "source": found.script.source})

    @operation("scripts_change", takes=shapes.ScriptChange, answer=shapes.SavedScript, repeatable=True)
    def put(self, request: Request, project_id: UUID, script_id: UUID) -> HttpResponseBase:
        """Give a script another text, title or settings."""
        data = self.body(shapes.ScriptChange)
        saved = services.change_script(caller=self.caller(), project_id=project_id, script_id=script_id, **data)
        return self.answer(_saved(saved))

    @operation("scripts_delete", takes=shapes.ScriptDeletion, answer=None, status=204)
    def delete(self, request: Request, project_id: UUID, script_id: UUID) -> HttpResponseBase:
        """Delete a script of the project itself, for a reason. Its executions stay."""
        data = self.body(shapes.ScriptDeletion)
        delete_script(caller=self.caller(), project_id=project_id, script_id=script_id, **data)
        return self.answer(None, 204)


class CheckScriptView(ProjectView):
    @operation("scripts_check", takes=shapes.ScriptText, answer=shapes.CheckedScript)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Whether a text is Lua 5.4, and what is wrong where it is not. Nothing of it runs, and nothing is saved."""
        get_project(user=self.user(), project_id=project_id, action=SAVE_SCRIPT)
        return self.answer(checked_body(check_source(self.body(shapes.ScriptText)["source"])))


class AskForGrantsView(ProjectView):
    @operation("scripts_ask", takes=shapes.GrantsWanted, answer=shapes.AskedOwners, repeatable=True)
    def post(self, request: Request, project_id: UUID, script_id: UUID) -> HttpResponseBase:
        """Ask the owners to read this text of a script, and to switch it on."""
        data = self.body(shapes.GrantsWanted)
        asked = ask_for_grants(caller=self.caller(), project_id=project_id, script_id=script_id, **data)
        return self.answer({"asked": asked})


class SwitchScriptView(ProjectView):
    @operation("scripts_switch", takes=shapes.ScriptSwitch, answer=shapes.ScriptInfo, repeatable=True)
    def post(self, request: Request, project_id: UUID, script_id: UUID) -> HttpResponseBase:
        """Switch a script on in the text of this hash, with what it may reach, or off. `conflict` for another text."""
        data = self.body(shapes.ScriptSwitch)
        services.switch_script(caller=self.caller(), project_id=project_id, script_id=script_id, **data)
        (found,) = states_of(project_id, [services.find_script(project_id, script_id)])
        return self.answer(script_body(found))


class RunScriptView(ProjectView):
    @operation("scripts_run", takes=shapes.ScriptArguments, answer=shapes.StartedExecution, status=202)
    def post(self, request: Request, project_id: UUID, script_id: UUID) -> HttpResponseBase:
        """Run a script by hand. What it stages becomes a private proposal of whoever ran it."""
        data = self.body(shapes.ScriptArguments)
        started = services.run_script(caller=self.caller(), project_id=project_id, script_id=script_id, **data)
        return self.answer({"execution_id": str(started.id)}, 202)


def checked_body(wrong: SourceError | None) -> dict[str, Any]:
    """What is wrong with a text, as REST and the editor take it."""
    if wrong is None:
        return {"is_lua": True, "line": None, "problem": ""}
    return {"is_lua": False, "line": wrong.line, "problem": wrong.text}


def script_body(state: ScriptState) -> dict[str, Any]:
    script = state.script
    return {
        "id": script.id,
        "name": script.name,
        "title": script.title,
        "module": script.module,
        "sha256": script.sha256,
        "settings": script.settings.to_json(),
        "is_on": state.is_on,
        "is_conflicted": script.in_conflict,
        "grants": state.grants.to_json(),
    }


def _saved(saved: services.Saved) -> dict[str, Any]:
    return {"id": saved.script_id, "name": saved.name, "sha256": saved.sha256}
