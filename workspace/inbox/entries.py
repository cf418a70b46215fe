"""A person's inbox as its page shows it: a sentence, what it is about, and the place to go to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from drafts.comments.models import Comment, CommentState
from notifications.models import Kind, Notification
from projects import field_names
from projects.roles import role_label
from workspace.sentences import sentence
from workspace.templatetags.foundry import reader_zone

MOST_QUOTED: Final = 160

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NotificationView:
    """One line of the inbox. `quote` is what was said there, as far as it still stands."""

    row: Notification
    sentence: SafeString
    icon: str
    quote: str

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
    """The lines in words. One query more, for all that was said in them."""
    found = list(rows)
    said = [row.facts["comment_id"] for row in found if "comment_id" in row.facts]
    standing = Comment.objects.filter(pk__in=said).exclude(state=CommentState.WITHDRAWN)
    texts: dict[str, str] = {str(key): text for key, text in standing.values_list("pk", "text")} if said else {}
    return [NotificationView(row, said_of(row), ICONS[Kind(row.kind)], _quote(row, texts)) for row in found]


def by_day(views: Iterable[NotificationView], request: HttpRequest) -> list[InboxDay]:
    """The lines under their days, in the order in which they come."""
    zone = reader_zone(request)
    days: list[InboxDay] = []
    for view in views:
        day = timezone.localtime(view.row.created_at, zone).date()
        if not days or days[-1].day != day:
            days.append(InboxDay(day, view.row, []))
        days[-1].lines.append(view)
    return days


def said_of(row: Notification) -> SafeString:
    """Who did what."""
    words, thing = _SAID[Kind(row.kind)](row.facts)
    return sentence(words, name=row.actor.display_name, thing=thing)


def place_of(row: Notification) -> str:
    """The address of the exact place that a notification is about."""
    if row.project_id is None:
        return reverse("workspace:inbox")
    facts, project = row.facts, row.project_id
    workspace = reverse("workspace:workspace", args=[project])
    if "thread_id" in facts:
        return _at(workspace, panel="comments", comment=facts["thread_id"], field=facts["target_field"])
    if "task_id" in facts:
        return _at(workspace, panel="tasks")
    if "release_id" in facts:
        return reverse("workspace:release", args=[project, UUID(facts["release_id"])])
    if "field" in facts:
        return _at(workspace, field=facts["field"])
    return reverse("workspace:members", args=[project]) if row.kind == Kind.ROLE_CHANGED else workspace


def _at(address: str, **query: str) -> str:
    return f"{address}?{urlencode(query)}"


def _quote(row: Notification, texts: Mapping[str, str]) -> str:
    text = " ".join(texts.get(row.facts.get("comment_id", ""), "").split())
    return text if len(text) <= MOST_QUOTED else f"{text[:MOST_QUOTED]}…"


def _field(facts: Facts) -> str:
    return field_names.label(facts["field"])


def _place(facts: Facts) -> str:
    return field_names.label(facts["target_field"])


def _release(facts: Facts) -> str:
    return f"{facts['name']} (v{facts['version']})"


def _signed(facts: Facts) -> str:
    meanings = {
        "authored": _("{name} signed your release {thing} as authored"),
        "reviewed": _("{name} signed your release {thing} as reviewed"),
        "approved": _("{name} signed your release {thing} as approved"),
    }
    return meanings.get(facts["meaning"]) or _("{name} signed your release {thing}")


ICONS: Final[Mapping[Kind, str]] = {
    Kind.LOCK_REQUESTED: "hand",
    Kind.LOCK_TAKEN_OVER: "lock",
    Kind.MENTIONED: "message-square",
    Kind.ANSWERED: "message-square",
    Kind.TASK_ASSIGNED: "list-checks",
    Kind.RELEASE_SUBMITTED: "signature",
    Kind.RELEASE_SIGNED: "signature",
    Kind.RELEASE_RELEASED: "snowflake",
    Kind.RELEASE_REJECTED: "undo-2",
    Kind.RELEASE_WITHDRAWN: "undo-2",
    Kind.MEMBER_ADDED: "user-plus",
    Kind.ROLE_CHANGED: "user",
}

_SAID: Final[Mapping[Kind, Callable[[Facts], tuple[str, str]]]] = {
    Kind.LOCK_REQUESTED: lambda facts: (_("{name} asks you for {thing}"), _field(facts)),
    Kind.LOCK_TAKEN_OVER: lambda facts: (_("{name} took {thing} over from you; your text is kept"), _field(facts)),
    Kind.MENTIONED: lambda facts: (_("{name} mentioned you on {thing}"), _place(facts)),
    Kind.ANSWERED: lambda facts: (_("{name} answered in your thread on {thing}"), _place(facts)),
    Kind.TASK_ASSIGNED: lambda facts: (_("{name} gave you the task {thing}"), facts["text"]),
    Kind.RELEASE_SUBMITTED: lambda facts: (_("{name} asks you to sign release {thing}"), _release(facts)),
    Kind.RELEASE_SIGNED: lambda facts: (_signed(facts), _release(facts)),
    Kind.RELEASE_RELEASED: lambda facts: (_("{name} gave your release {thing} its last signature"), _release(facts)),
    Kind.RELEASE_REJECTED: lambda facts: (_("{name} sent your release {thing} back"), _release(facts)),
    Kind.RELEASE_WITHDRAWN: lambda facts: (_("{name} withdrew release {thing}"), _release(facts)),
    Kind.MEMBER_ADDED: lambda facts: (_("{name} added you as {thing}"), role_label(facts["role"])),
    Kind.ROLE_CHANGED: lambda facts: (_("{name} made you {thing}"), role_label(facts["role"])),
}
