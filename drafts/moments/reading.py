"""What a project was at a moment: its fields, the comments open then, who held which field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from audit.models import Event
from drafts.comments.models import Comment, CommentState
from drafts.models import Draft
from drafts.reading import get_draft
from locking.models import Lease

# Threads open at one moment; whoever has more looks at the comments of the version.
MAX_COMMENTS: Final = 500

_MOVES: Final = ("comment.resolved", "comment.reopened", "comment.withdrawn")


@dataclass(frozen=True, slots=True)
class Moment:
    """A project at `at`. `draft` is the version that was current, None before the first.

    `comments` are the threads that were open, oldest first; `replies` are their replies that had not been withdrawn, by
    thread. `more_comments` is true if there were more than 500 threads. `leases` are those that were open.
    """

    at: datetime
    draft: Draft | None
    comments: list[Comment]
    replies: dict[UUID, list[Comment]]
    more_comments: bool
    leases: list[Lease]


def moment_of_version(*, project_id: UUID, version: int | None) -> Moment:
    """The project in the moment in which a version was saved (the current one for None). Raises `NotFound`.

    Its writers held their fields then: a lease that ended with the save itself counts.
    """
    draft = get_draft(project_id=project_id, version=version)
    return _moment(project_id, draft.created_at, draft)


def moment_at(*, project_id: UUID, at: datetime) -> Moment:
    """The project at a moment; one in the future is now."""
    at = min(at, timezone.now())
    newest = Draft.objects.of_project(project_id).filter(created_at__lte=at)
    return _moment(project_id, at, newest.select_related("prompt", "configuration", "author").first())


def _moment(project_id: UUID, at: datetime, draft: Draft | None) -> Moment:
    leases = Lease.objects.of_project(project_id).held_at(at).select_related("user").order_by("field", "token")
    made = Comment.objects.threads(project_id).filter(created_at__lte=at)
    states = _states_at(project_id, at)
    closed = [identity for identity, state in states.items() if state != CommentState.OPEN]
    threads = list(made.exclude(pk__in=closed).with_facts().order_by("id")[: MAX_COMMENTS + 1])
    more, threads = len(threads) > MAX_COMMENTS, threads[:MAX_COMMENTS]
    answers = Comment.objects.filter(thread__in=[each.id for each in threads], created_at__lte=at)
    replies = answers.exclude(pk__in=closed)
    return Moment(
        at=at,
        draft=draft,
        comments=threads,
        replies=_by_thread(replies.select_related("author").order_by("id")),
        more_comments=more,
        leases=list(leases),
    )


def _states_at(project_id: UUID, at: datetime) -> dict[str, str]:
    """The state of each comment whose state had changed by then, by its id: that of its newest event."""
    moves = Event.objects.of_project(project_id).filter(action__in=_MOVES, at__lte=at)
    newest = moves.order_by("target_id", "-seq").distinct("target_id")
    return {event.target_id: str(event.data["state"]) for event in newest}


def _by_thread(replies: Iterable[Comment]) -> dict[UUID, list[Comment]]:
    found: dict[UUID, list[Comment]] = {}
    for reply in replies:
        assert reply.thread_id is not None
        found.setdefault(reply.thread_id, []).append(reply)
    return found
