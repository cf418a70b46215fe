"""What should be settled before a release: the open comments and tasks, and what was done of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from drafts.comments.models import Comment, CommentState
from drafts.comments.positions import fields_on, positions
from drafts.models import Draft
from drafts.tasks.models import Task
from projects import field_names
from publishing.policies import Rules

# A longer list is not read before a signature; the workspace has all of it.
MAX_SHOWN: Final = 50
MAX_WORDS_LENGTH: Final = 120


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """One line: a comment's beginning or a task. `at` is when it was done, `due_on` the last day for it."""

    words: str
    person: User | None
    address: str
    at: datetime | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """What is open and what is done; `blocks` where the policy refuses the release over it."""

    open: list[OpenPoint]
    done: list[OpenPoint]
    resolved: int
    open_count: int
    total: int
    blocks: bool
    rule: str


def points_of(draft: Draft, rules: Rules) -> Points:
    """The project's points now, beside one version; five queries at most."""
    project_id = draft.project_id
    threads = Comment.objects.threads(project_id)
    states = {row["state"]: row["n"] for row in threads.order_by().values("state").annotate(n=Count("pk"))}
    open_threads = list(threads.filter(state=CommentState.OPEN).with_facts().order_by("id")[:MAX_SHOWN])
    tasks = list(Task.objects.of_project(project_id).by_urgency().with_people())
    open_tasks = [task for task in tasks if not task.is_done]
    open_comments = states.get(CommentState.OPEN, 0)
    resolved = states.get(CommentState.RESOLVED, 0)
    enforcements = {
        *((rules.open_comments,) if open_comments else ()),
        *((rules.open_tasks,) if open_tasks else ()),
    }
    return Points(
        open=[*_comments(open_threads, draft), *(_task(task, project_id) for task in open_tasks[:MAX_SHOWN])],
        done=[_task(task, project_id) for task in tasks if task.is_done][:MAX_SHOWN],
        resolved=resolved,
        open_count=open_comments + len(open_tasks),
        total=open_comments + resolved + len(tasks),
        blocks="block" in enforcements,
        rule=_rule(enforcements),
    )


def _comments(threads: Iterable[Comment], draft: Draft) -> Iterable[OpenPoint]:
    threads = list(threads)
    fields = fields_on(threads, draft)
    places = positions(threads, draft, fields)
    for thread in threads:
        place = places.get(thread.id)
        field = field_names.label(fields[thread.id])
        where = _("Comment on {field}, line {line}") if place else _("Comment on {field}")
        text = " ".join(thread.text.split())
        cut = text if len(text) <= MAX_WORDS_LENGTH else text[:MAX_WORDS_LENGTH].rstrip() + " …"
        words = where.format(field=field, line=place[0] if place else 0) + f": “{cut}”"
        query = {"field": fields[thread.id], "panel": "comments", **({"line": place[0]} if place else {})}
        address = reverse("workspace:workspace", args=[draft.project_id]) + f"?{urlencode(query)}"
        yield OpenPoint(words, thread.author, address)


def _task(task: Task, project_id: UUID) -> OpenPoint:
    address = reverse("workspace:workspace", args=[project_id]) + "?panel=tasks"
    words = _("Task: {text}").format(text=task.text)
    return OpenPoint(words, task.done_by if task.is_done else task.assignee, address, task.done_at, task.due_on)


def _rule(enforcements: set[str]) -> str:
    if "block" in enforcements:
        return _("The policy blocks the release until these are settled.")
    if "warn" in enforcements:
        return _("Open items do not block the release, but signers should know about them.")
    return ""
