"""`/scripts/`."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request

from kernel.errors import NotFound
from stages.automation.api import script_serializers as shapes
from stages.automation.api.scripts import script_body
from stages.automation.permissions import RUN_SCRIPT
from stages.automation.reading.scripts import scripts_of
from stages.automation.services.scripts import run_script
from stages.registers.rpc.base import RpcView, undocumented


@undocumented
class ListScriptsView(RpcView):
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The scripts of the project."""
        self.access()
        return self.answer({"scripts": [script_body(each) for each in scripts_of(project_id)]})


@undocumented
class RunScriptView(RpcView):
    write_action = RUN_SCRIPT

    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Run a script by its name; `script_completed` says when it has ended."""
        self.access()
        data = self.body(shapes.RpcRun)
        found = [each.script for each in scripts_of(project_id) if each.script.name == data["script"]]
        if not found:
            raise NotFound(_("There is no such script."))
        execution = run_script(
            caller=self.caller(), project_id=project_id, script_id=UUID(found[0].id), args=data.get("args")
        )
        return self.answer({"execution_id": str(execution.id)})
