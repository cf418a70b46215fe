"""What the commands of the project's socket do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from kernel.errors import NotFound
from projects.access import get_project
from stages.automation.models import Execution
from stages.automation.permissions import STOP_EXECUTION
from stages.automation.services.executions import stop_execution
from stages.automation.services.scripts import run_script


def run(*, caller: Caller, project_id: UUID, script_id: UUID, args: Mapping[str, Any]) -> dict[str, Any]:
    """Run a script by hand. Raises as `run_script`."""
    execution = run_script(caller=caller, project_id=project_id, script_id=script_id, args=args)
    return {"execution_id": str(execution.id)}


def stop(*, caller: Caller, project_id: UUID, execution_id: UUID) -> dict[str, Any]:
    """Stop an execution of this project. Raises as `stop_execution`."""
    get_project(user=caller.user, project_id=project_id, action=STOP_EXECUTION)
    if not Execution.objects.filter(pk=execution_id, project=project_id).exists():
        raise NotFound(_("There is no such execution."))
    return {"state": stop_execution(caller=caller, execution_id=execution_id).state}
