"""A person's inbox as its page shows it: a sentence, a quote, and a link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from audit.event_types import INBOX_LINES
from drafts.comments.models import Comment, CommentState
from drafts.tasks.models import Task
from notifications.models import Notification
from workspace.event_words import followed
from workspace.sentence_html import sentence_html
from workspace.templatetags.foundry import reader_zone

MAX_QUOTED: Final = 160
DEFAULT_ICON: Final = "bell"


@dataclass(frozen=True, slots=True)
class NotificationView:
    """One line of the inbox.

    `quote` is the reason or message of whoever acted, or the comment, unless withdrawn; `task` is the task now.
    """

    row: Notification
    sentence: SafeString
    icon: str
    quote: str
    task: Task | None = None

    @property
    def is_unread(self) -> bool:
        return self.row.read_at is None


@dataclass(frozen=True, slots=True)
class InboxDay:
    """The lines of one day in the reader's zone."""

    day: date
    first: Notification
    lines: list[NotificationView]


def views_of(rows: Iterable[Notification]) -> list[NotificationView]:
    """The lines as sentences. One more query each reads the comments that they quote, and the tasks."""
    found = list(rows)
    comment_ids = [row.facts["comment_id"] for row in found if "comment_id" in row.facts]
    comments = Comment.objects.filter(pk__in=comment_ids).exclude(state=CommentState.WITHDRAWN)
    texts: dict[str, str] = {str(key): text for key, text in comments.values_list("pk", "text")} if comment_ids else {}
    task_ids = [task_id for row in found if (task_id := _task_id(row))]
    tasks = Task.objects.in_bulk(task_ids) if task_ids else {}
    return [
        NotificationView(row, sentence_of(row), _icon(row.kind), _quote(row, texts), _task_of(row, tasks))
        for row in found
    ]


def _task_id(row: Notification) -> UUID | None:
    """Lines outlive the builds that wrote them, so their facts are read with care."""
    with suppress(ValueError, TypeError, AttributeError):
        return UUID(row.facts["task_id"]) if "task_id" in row.facts else None
    return None


def _task_of(row: Notification, tasks: Mapping[UUID, Task]) -> Task | None:
    task_id = _task_id(row)
    task = tasks.get(task_id) if task_id else None
    return task if task is not None and task.project_id == row.project_id else None


def by_day(views: Iterable[NotificationView], request: HttpRequest) -> list[InboxDay]:
    """The lines by day, in the given order."""
    zone = reader_zone(request)
    days: list[InboxDay] = []
    for view in views:
        day = timezone.localtime(view.row.created_at, zone).date()
        if not days or days[-1].day != day:
            days.append(InboxDay(day, view.row, []))
        days[-1].lines.append(view)
    return days


def sentence_of(row: Notification) -> SafeString:
    """Who did what; only the kind if its app is not installed or does not understand the facts."""
    words, thing = _words(row)
    return sentence_html(words, name=row.actor.display_name, thing=thing)


def _words(row: Notification) -> tuple[str, str]:
    line = INBOX_LINES.get(row.kind)
    if line is not None:
        with suppress(KeyError, TypeError):
            words = line.sentence(row.facts) if callable(line.sentence) else line.sentence
            return str(words), line.thing(row.facts)
    return gettext("{name}: {thing}"), row.kind


def place_of(row: Notification) -> str:
    """The address that a notification leads to."""
    line = INBOX_LINES.get(row.kind)
    return (followed(line.link, row.project_id, row.facts) if line else "") or reverse("workspace:inbox")


def _icon(kind: str) -> str:
    return INBOX_LINES[kind].icon if kind in INBOX_LINES else DEFAULT_ICON


def _quote(row: Notification, texts: Mapping[str, str]) -> str:
    said = row.facts.get("reason") or row.facts.get("message") or texts.get(row.facts.get("comment_id", ""), "")
    text = " ".join(str(said).split())
    return text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…"
