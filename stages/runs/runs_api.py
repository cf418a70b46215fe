"""Runs over REST: what a model answered, its calls and its console; stopping and trying again."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from kernel.errors import ValidationFailed
from projects.access import Access, get_project
from projects.rest import ProjectView
from rest.pagination import page
from rest.queries import query_integer
from rest.renderers import JSONRenderer
from rest.schema import operation, page_of
from stages.runs import call_serializers as call_shapes
from stages.runs import change_serializers, services
from stages.runs import serializers as shapes
from stages.runs.bodies import call_body, chosen_body, patch_body, whole_run_body
from stages.runs.console import line_body, lines_after
from stages.runs.console_stream import console_events
from stages.runs.models import Call, Run
from stages.runs.reading import visible_run
from stages.runs.services.starting import cancelling_action

MAX_NUMBER: Final = 2**31 - 1
# Lines of a console in one answer.
MAX_LINES: Final = 500
NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": MAX_NUMBER}
LAST_EVENT_ID: Final = OpenApiParameter(
    "Last-Event-ID", str, OpenApiParameter.HEADER, description="As `after`, where events are streamed."
)
AFTER: Final = OpenApiParameter("after", NUMBER, description="The number of the last line that you have.")


class OneRunView(ProjectView):
    """What is asked of one run, whose address does not name its project."""

    write_action = "run.start"

    @property
    def run_id(self) -> UUID:
        found: UUID = self.kwargs["run_id"]
        return found

    def run(self) -> Run:
        """The run, as the caller may see it."""
        return visible_run(user=self.user(), run_id=self.run_id)

    def access(self) -> Access:
        action = "project.read" if self.request.method in SAFE_METHODS else self.write_action
        return get_project(user=self.user(), project_id=self.run().project_id, action=action)


class RunView(OneRunView):
    @operation("runs_read", answer=shapes.WholeRun)
    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """One run with its answer."""
        return self.answer(whole_run_body(self.run()))


class CancelRunView(OneRunView):
    def access(self) -> Access:
        run = self.run()
        action = cancelling_action(run, self.user())
        return get_project(user=self.user(), project_id=run.project_id, action=action)

    @operation("runs_cancel", answer=shapes.WholeRun)
    def post(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """Stop it: one's own, or as an editor that of somebody else. One that has ended stays as it is."""
        self.access()
        services.cancel_run(caller=self.caller(), run_id=run_id)
        return self.answer(whole_run_body(self.run()))


class RetryRunView(OneRunView):
    @operation("runs_retry", answer=shapes.StartedRuns, status=201)
    def post(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """Ask the model of a run that failed or was stopped again, in a new run."""
        self.access()
        again = services.retry_run(caller=self.caller(), run_id=run_id)
        return self.answer({"run_ids": [again.id]}, 201)


class ChooseRunView(OneRunView):
    @operation("runs_choose", answer=change_serializers.ChosenRun)
    def post(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """Choose it. What it changed becomes a private proposal of yours; one that answered is marked only."""
        self.access()
        choice = services.choose_run(caller=self.caller(), run_id=run_id)
        return self.answer(chosen_body(self.run(), choice.proposal.id if choice.proposal else None))


class RunPatchView(OneRunView):
    @operation("runs_patch", answer=change_serializers.PatchInfo)
    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """What a run changed, as one unified diff; empty where it changed nothing or has not succeeded."""
        self.access()
        return self.answer(patch_body(self.run()))


class RunCallsView(OneRunView):
    @operation("runs_calls", answer=page_of(call_shapes.CallInfo), paged=True)
    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """The requests of a run to its provider, oldest first."""
        self.access()
        calls = Call.objects.filter(run=run_id).select_related("request")
        return self.answer(page(request, calls, call_body, order=("number",), newest_first=False))


class EventStreamRenderer(JSONRenderer):
    """Lets a request ask for `text/event-stream`; what is sent then is no single value."""

    media_type = "text/event-stream"
    format = "events"


class RunLogView(OneRunView):
    renderer_classes = (JSONRenderer, EventStreamRenderer)

    @operation("runs_log", answer=call_shapes.LogLines, parameters=[AFTER, LAST_EVENT_ID], others={204: None})
    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """The next lines of a run's console; with `Accept: text/event-stream` all of them as they come.

        Each event `line` has the number of the line as its id. The event `end` has the run's status; a client that
        comes back after it gets 204.
        """
        self.access()
        after = query_integer(request, "after", default=0, minimum=0, maximum=MAX_NUMBER)
        asked = request._request  # noqa: SLF001 (Django's own request)
        if isinstance(request.accepted_renderer, EventStreamRenderer) and isinstance(asked, ASGIRequest):
            return self._stream(asked, after)
        lines = lines_after(run_id, after, MAX_LINES + 1)
        bodies = [line_body(line.number, line.kind, line.text, line.at) for line in lines[:MAX_LINES]]
        return self.answer({"lines": bodies, "has_more": len(lines) > MAX_LINES})

    def _stream(self, request: ASGIRequest, after: int) -> HttpResponseBase:
        last = request.headers.get("Last-Event-ID", "")
        if last:
            after = _number(last)
            if self.run().has_ended and not lines_after(self.run_id, after, 1):
                return HttpResponse(status=204)
        events = console_events(request.scope, self.caller(), self.run_id, after)
        # Proxies such as nginx pass on what comes at once.
        headers = {"X-Accel-Buffering": "no"}
        return StreamingHttpResponse(events, content_type="text/event-stream; charset=utf-8", headers=headers)


def _number(text: str) -> int:
    """The number of a line. Raises `ValidationFailed`."""
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise ValidationFailed({"Last-Event-ID": [_("Give the number of a line.")]})
    return int(text)
