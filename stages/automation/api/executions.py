"""Executions over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from projects.access import get_project
from projects.rest import ProjectView
from rest.pagination import page
from rest.queries import query_integer
from rest.schema import operation, page_of
from stages.automation.api import script_serializers as shapes
from stages.automation.choices import ENDED, Cause, ExecutionState
from stages.automation.executing.live_log import read_live
from stages.automation.models import Execution
from stages.automation.permissions import READ
from stages.automation.reading.executions import FIGURES, executions_of, read_wanted
from stages.automation.reading.scripts import find_execution, log_of, proposal_states
from stages.automation.services.executions import stop_execution

MAX_LINE = 1_000_000
AFTER = OpenApiParameter(
    "after", {"type": "integer", "minimum": 0, "maximum": MAX_LINE}, description="How many lines are known already."
)
FILTERS = [
    OpenApiParameter("script", OpenApiTypes.UUID, description="Of this script only."),
    OpenApiParameter("state", {"type": "string", "enum": ExecutionState.values}, description="In this state only."),
    OpenApiParameter("person", OpenApiTypes.UUID, description="Of this person only."),
    OpenApiParameter("cause", {"type": "string", "enum": Cause.values}, description="Run by hand, or on change, only."),
]


class ExecutionsView(ProjectView):
    @operation("executions", answer=page_of(shapes.ExecutionInfo), parameters=FILTERS, paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The executions of a project's scripts, newest first, and what became of each."""
        get_project(user=self.user(), project_id=project_id, action=READ)
        found = executions_of(project_id, read_wanted(request.query_params))
        shown = page(request, found, lambda each: each, order=("id",))
        states = proposal_states(shown["results"])
        return self.answer({**shown, "results": [execution_body(each, states) for each in shown["results"]]})


class ExecutionView(ProjectView):
    @operation("executions_read", answer=shapes.ExecutionInfo)
    def get(self, request: Request, execution_id: UUID) -> HttpResponseBase:
        """One execution: how it ended, and what became of its proposal."""
        execution, _access = find_execution(self.user(), execution_id)
        return self.answer(execution_body(execution, proposal_states([execution])))


class ExecutionLogView(ProjectView):
    @operation("executions_log", answer=shapes.ExecutionLog, parameters=[AFTER])
    def get(self, request: Request, execution_id: UUID) -> HttpResponseBase:
        """The log of an execution, and how far it is. While it runs, as far as it is known; Redis may have lost it."""
        execution, _access = find_execution(self.user(), execution_id)
        after = query_integer(request, "after", default=0, minimum=0, maximum=MAX_LINE)
        if execution.state not in ENDED:
            live = read_live(execution.id, after)
            lines, count, is_cut = live.lines, live.count, False
            attempt, progress, figures = live.attempt, live.progress, live.figures
        else:
            log = log_of(execution)
            lines, count, is_cut = log.lines[after:], len(log.lines), log.is_cut
            attempt, progress = execution.attempt, log.progress
            figures = {name: getattr(execution, name) for name in FIGURES}
        facts = {"state": execution.state, "attempt": attempt, "progress": progress, "figures": figures}
        return self.answer({"lines": lines, "next": count, "is_cut": is_cut, **facts})


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
