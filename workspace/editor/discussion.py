"""The threads of a project as the side panel shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Count

from accounts.models import User
from drafts.comments.models import Comment, CommentState
from drafts.comments.reading import thread_bodies
from drafts.models import Draft
from projects import field_names
from projects.access import Access
from projects.models import Status
from projects.permissions import allowed

# More than fits a side panel; REST has the older ones.
MAX_THREADS: Final = 300


@dataclass(frozen=True, slots=True)
class CommentView:
    """One comment or reply: its body as in the protocol, and whether the reader may withdraw it."""

    body: dict[str, Any]
    may_withdraw: bool

    @property
    def is_withdrawn(self) -> bool:
        return bool(self.body["state"] == CommentState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ThreadView:
    """One thread and its place in the shown version."""

    comment: CommentView
    replies: list[CommentView]

    @property
    def body(self) -> dict[str, Any]:
        return self.comment.body

    @property
    def line(self) -> int | None:
        return self.body["position"]["from_line"] if self.body["position"] else None

    @property
    def is_gone(self) -> bool:
        """Whether the text that it was about is gone."""
        return self.body["anchor"] is not None and self.body["position"] is None

    @property
    def quote(self) -> str:
        return self.body["anchor"]["quote"] if self.body["anchor"] else ""

    @property
    def count(self) -> int:
        """The number of comments, for the margin."""
        return 1 + sum(not reply.is_withdrawn for reply in self.replies)


@dataclass(frozen=True, slots=True)
class FieldThreads:
    """The threads of one field, by line; those whose text is gone come last."""

    field: str
    threads: list[ThreadView]


@dataclass(frozen=True, slots=True)
class Discussion:
    """What the panel shows: the chosen field first, then the others."""

    groups: list[FieldThreads]
    open: int
    closed: int
    shows_closed: bool
    newest_first: bool
    may_write: bool
    is_cut: bool

    def comments(self) -> Iterator[CommentView]:
        """All comments and replies that are shown."""
        for group in self.groups:
            for thread in group.threads:
                yield thread.comment
                yield from thread.replies


def discussion_of(
    access: Access, *, user: User, draft: Draft | None, field: str, shows_closed: bool, newest_first: bool = False
) -> Discussion:
    """The threads on a version (None: there is none yet) and those before it, by line or the newest first."""
    may_write = allowed("comment.write", role=access.role, status=Status(access.project.status))
    if draft is None:
        return Discussion([], 0, 0, shows_closed, newest_first, may_write, is_cut=False)
    threads = Comment.objects.threads(access.project.id).made_up_to(draft.version_number)
    states: Counter[str] = Counter()
    for row in threads.values("state").annotate(count=Count("pk")).order_by():
        states[row["state"]] = row["count"]
    shown = threads if shows_closed else threads.filter(state=CommentState.OPEN)
    found = list(shown.with_facts().order_by("-id")[: MAX_THREADS + 1])
    views = _views(thread_bodies(found[:MAX_THREADS], draft), Withdrawing(access, user, may_write))
    return Discussion(
        groups=_grouped(views, field, _newest if newest_first else _by_line),
        open=states[CommentState.OPEN],
        closed=states[CommentState.RESOLVED] + states[CommentState.WITHDRAWN],
        shows_closed=shows_closed,
        newest_first=newest_first,
        may_write=may_write,
        is_cut=len(found) > MAX_THREADS,
    )


def comment_ids(bodies: Iterable[dict[str, Any]]) -> list[UUID]:
    """Those of threads and of their replies."""
    return [comment["id"] for body in bodies for comment in (body, *body["replies"])]


@dataclass(frozen=True, slots=True)
class Withdrawing:
    """What the page offers; the service checks again."""

    access: Access
    user: User
    may_write: bool

    def view(self, body: dict[str, Any]) -> CommentView:
        status = Status(self.access.project.status)
        others = allowed("comment.withdraw_others", role=self.access.role, status=status)
        is_own = body["author"]["id"] == str(self.user.id)
        return CommentView(body, body["state"] != CommentState.WITHDRAWN and (others or (is_own and self.may_write)))

    def thread(self, body: dict[str, Any]) -> ThreadView:
        """A thread with its replies."""
        return ThreadView(self.view(body), [self.view(reply) for reply in body["replies"]])


def _views(bodies: Iterable[dict[str, Any]], withdrawing: Withdrawing) -> list[ThreadView]:
    return [withdrawing.thread(body) for body in bodies]


def _grouped(threads: Sequence[ThreadView], first: str, order: Callable[[ThreadView], Any]) -> list[FieldThreads]:
    by_field: dict[str, list[ThreadView]] = {}
    for thread in threads:
        by_field.setdefault(thread.body["field"], []).append(thread)
    names = sorted(field_names.in_order(set(by_field)), key=lambda name: name != first)
    return [FieldThreads(name, sorted(by_field[name], key=order)) for name in names]


def _by_line(thread: ThreadView) -> tuple[bool, int, str]:
    return thread.is_gone, thread.line or 0, str(thread.body["id"])


def _newest(thread: ThreadView) -> int:
    """Sort the newest first: ids begin with their time."""
    return -UUID(str(thread.body["id"])).int
