"""The events of pull requests."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.event_types import EventContext, EventType, Facts, register_event_groups, register_events

if TYPE_CHECKING:
    from stages.runs.models import PullRequest


def _title(context: EventContext) -> str:
    return str(context.data["title"])


def _list(project_id: UUID | None, facts: Facts) -> str:
    if project_id is None:
        return ""
    return f"{reverse('runs:pull_requests', args=[project_id])}#request-{facts['pull_request_id']}"


_of_a_pull_request = partial(
    EventType,
    live=("pull_request_id", "run_id", "title"),
    words=_title,
    icon="git-pull-request-arrow",
    kind="runs",
    link=_list,
)

PULL_REQUEST_ASKED: Final = _of_a_pull_request(
    "pull_request.asked", sentence=_("{name} asked for a pull request of {thing}")
)
PULL_REQUEST_OPENED: Final = _of_a_pull_request("pull_request.opened", sentence=_("Pull request opened: {thing}"))
PULL_REQUEST_UPDATED: Final = _of_a_pull_request("pull_request.updated", sentence=_("Pull request updated: {thing}"))
PULL_REQUEST_SYNCED: Final = _of_a_pull_request(
    "pull_request.synced",
    live=("pull_request_id", "run_id", "title", "status"),
    sentence=_("Pull request merged, closed or opened again: {thing}"),
)
PULL_REQUEST_FAILED: Final = _of_a_pull_request("pull_request.failed", sentence=_("Pull request failed: {thing}"))

EVENTS: Final = (
    *(PULL_REQUEST_ASKED, PULL_REQUEST_OPENED, PULL_REQUEST_UPDATED),
    *(PULL_REQUEST_SYNCED, PULL_REQUEST_FAILED),
)


def facts_of(row: PullRequest) -> dict[str, Any]:
    """What every event about a pull request says of it."""
    return {
        "pull_request_id": str(row.id),
        "run_id": str(row.run_id),
        "branch": row.branch,
        "title": row.run.experiment.title,
    }


def register() -> None:
    """Register all of them; their filter is that of runs."""
    register_event_groups(pull_request=_("Pull requests"))
    register_events(*EVENTS)
