"""The events of repositories."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.event_types import EventContext, EventType, Facts, register_event_groups, register_events


def _name(context: EventContext) -> str:
    return str(context.data["name"])


def _settings(project_id: UUID | None, facts: Facts) -> str:
    return reverse("workspace:settings", args=[project_id]) if project_id else ""


_of_a_repository = partial(
    EventType,
    live=("repository_id", "name"),
    words=_name,
    icon="git-commit-horizontal",
    kind="runs",
    link=_settings,
)

REPOSITORY_CONNECTED: Final = _of_a_repository(
    "repository.connected", sentence=_("{name} connected the repository {thing}")
)
REPOSITORY_UPDATED: Final = _of_a_repository("repository.updated", sentence=_("{name} updated the repository {thing}"))
REPOSITORY_REMOVED: Final = _of_a_repository("repository.removed", sentence=_("{name} removed the repository {thing}"))

EVENTS: Final = (REPOSITORY_CONNECTED, REPOSITORY_UPDATED, REPOSITORY_REMOVED)


def register() -> None:
    """Register all of them; their filter is that of runs."""
    register_event_groups(repository=_("Repositories"))
    register_events(*EVENTS)
