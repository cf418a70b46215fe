"""What the activity page says of several versions, comments or tasks in a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit.event_types import Summary, Text
from audit.models import Event

_COMMENT_ACTS: Final[Mapping[str, Text]] = {
    "comment.created": gettext_lazy("{n} new"),
    "comment.answered": gettext_lazy("{n} answered"),
    "comment.resolved": gettext_lazy("{n} resolved"),
    "comment.reopened": gettext_lazy("{n} reopened"),
    "comment.withdrawn": gettext_lazy("{n} withdrawn"),
}
_TASK_ACTS: Final[Mapping[str, Text]] = {
    "created": gettext_lazy("{n} added"),
    "done": gettext_lazy("{n} completed"),
    "reopened": gettext_lazy("{n} reopened"),
    "changed": gettext_lazy("{n} changed"),
}


def _versions(events: Sequence[Event]) -> str:
    newest, oldest = events[0], events[-1]
    words = _("{n} versions, v{first} to v{last}")
    return words.format(n=len(events), first=oldest.data["version"], last=newest.data["version"])


def _is_save(event: Event) -> bool:
    return event.data.get("kind") == "save" and "version" in event.data


def _comments(events: Sequence[Event]) -> str:
    count = len({event.data["thread_id"] for event in events})
    words = ngettext("{n} comment: {acts}", "{n} comments: {acts}", count)
    return words.format(n=count, acts=_acts(events, _COMMENT_ACTS, lambda event: event.action))


def _tasks(events: Sequence[Event]) -> str:
    count = len({event.data["task_id"] for event in events})
    words = ngettext("{n} task: {acts}", "{n} tasks: {acts}", count)
    return words.format(n=count, acts=_acts(events, _TASK_ACTS, _task_act))


def _task_act(event: Event) -> str:
    if event.action == "task.created":
        return "created"
    if not set(event.data["before"]) <= {"done", "done_by"}:
        return "changed"
    return "done" if event.data["done"] else "reopened"


def _acts(events: Sequence[Event], words: Mapping[str, Text], act_of: Callable[[Event], str]) -> str:
    """How often each thing was done: `8 added, 3 completed`."""
    counts = Counter(map(act_of, events))
    return ", ".join(str(text).format(n=counts[act]) for act, text in words.items() if counts[act])


SAVES: Final = Summary(gettext_lazy("{name} saved {thing}"), _versions, includes=_is_save)
COMMENTS: Final = Summary(gettext_lazy("{name} worked on {thing}"), _comments)
TASKS: Final = Summary(gettext_lazy("{name} worked on {thing}"), _tasks)
