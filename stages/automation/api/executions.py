"""Executions over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from kernel.errors import ValidationFailed
from projects.access import get_project
from projects.rest import ProjectView
from rest.pagination import page
from rest.queries import query_integer
from rest.schema import operation, page_of
from stages.automation.api import script_serializers as shapes
from stages.automation.models import Execution
from stages.automation.permissions import READ
from stages.automation.reading.scripts import find_execution, log_of, proposal_states
from stages.automation.services.executions import stop_execution

SCRIPT = OpenApiParameter("script", OpenApiTypes.UUID, description="Of this script only.")
MAX_LINE = 1_000_000
AFTER = OpenApiParameter(
    "after", {"type": "integer", "minimum": 0, "maximum": MAX_LINE}, description="How many lines are known already."
)


class ExecutionsView(ProjectView):
    @operation("executions", answer=page_of(shapes.ExecutionInfo), parameters=[SCRIPT], paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The executions of a project's scripts, newest first."""
        get_project(user=self.user(), project_id=project_id, action=READ)
        found = Execution.objects.filter(project=project_id)
        if script := request.query_params.get("script"):
            found = found.filter(script=_uuid(script))
        return self.answer(
            page(request, found, lambda each: execution_body(each, proposal_states([each])), order=("id",))
        )


class ExecutionView(ProjectView):
    @operation("executions_read", answer=shapes.ExecutionInfo)
    def get(self, request: Request, execution_id: UUID) -> HttpResponseBase:
        """One execution: how it ended, and what became of its proposal."""
        execution, _access = find_execution(self.user(), execution_id)
        return self.answer(execution_body(execution, proposal_states([execution])))


class ExecutionLogView(ProjectView):
    @operation("executions_log", answer=shapes.ExecutionLog, parameters=[AFTER])
    def get(self, request: Request, execution_id: UUID) -> HttpResponseBase:
        """The log of an execution that has ended."""
        execution, _access = find_execution(self.user(), execution_id)
        after = query_integer(request, "after", default=0, minimum=0, maximum=MAX_LINE)
        log = log_of(execution)
        return self.answer({"lines": log.lines[after:], "next": len(log.lines), "is_cut": log.is_cut})


class StopExecutionView(ProjectView):
    @operation("executions_stop", answer=shapes.ExecutionInfo)
    def post(self, request: Request, execution_id: UUID) -> HttpResponseBase:
        """Stop an execution; nothing of it is proposed."""
        find_execution(self.user(), execution_id)
        stopped = stop_execution(caller=self.caller(), execution_id=execution_id)
        return self.answer(execution_body(stopped, {}))


def execution_body(execution: Execution, states: Mapping[UUID, str]) -> dict[str, Any]:
    proposal = execution.proposal_id
    return {
        "id": str(execution.id),
        "script_id": str(execution.script),
        "script": execution.name,
        "sha256": execution.sha256,
        "cause": execution.cause,
        "person_id": str(execution.person_id),
        "state": execution.state,
        "code": execution.code,
        "error": execution.error,
        "line": execution.line,
        "fuel": execution.fuel,
        "memory": execution.memory,
        "calls": execution.calls,
        "writes": execution.writes,
        "proposal_id": str(proposal) if proposal is not None else None,
        "proposal_state": states.get(proposal) if proposal is not None else None,
        "created_at": execution.created_at,
        "started_at": execution.started_at,
        "ended_at": execution.ended_at,
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValidationFailed({"script": [_("Must be an id.")]}) from None
