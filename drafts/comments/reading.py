"""Comments as their readers get them: threads with their place on a version, and how many there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from drafts.comments.models import Comment, CommentState
from drafts.comments.positions import fields_on, positions
from drafts.models import Draft


@dataclass(slots=True)
class MarginCounts:
    """How many threads a field has: by state, open ones by the line they begin on, open ones whose text is gone."""

    states: Counter[str] = field(default_factory=Counter)
    lines: Counter[int] = field(default_factory=Counter)
    gone: int = 0


def thread_bodies(threads: Sequence[Comment], draft: Draft) -> list[dict[str, Any]]:
    """Threads (with their facts at hand, see `with_facts`) and their replies, as they stand on a version.

    `anchor` is the range as it was made; `field` is the name that its field has on the asked version, where a file may
    have been renamed since. `position` is `{from_line, to_line}` there, None where the text is gone or the comment is
    on the whole field.
    """
    fields = fields_on(threads, draft)
    places = positions(threads, draft, fields)
    replies = replies_of(threads)
    return [
        {
            "version": each.on_draft.version_number,
            **thread_body(each, fields[each.id], places.get(each.id), replies.get(each.id, [])),
        }
        for each in threads
    ]


def replies_of(threads: Sequence[Comment]) -> dict[UUID, list[Comment]]:
    """The replies of threads, oldest first. One query."""
    found: defaultdict[UUID, list[Comment]] = defaultdict(list)
    rows = Comment.objects.filter(thread__in=[each.id for each in threads]).order_by("id")
    for reply in rows.select_related("author", "state_by"):
        assert reply.thread_id is not None
        found[reply.thread_id].append(reply)
    return found


def comment_body(comment: Comment) -> dict[str, Any]:
    """What threads and replies have in common. A withdrawn one keeps its text, to be shown struck through."""
    return {
        "id": comment.id,
        "text": comment.text,
        "author": comment.author.person(),
        "created_at": comment.created_at,
        "state": comment.state,
        "state_at": comment.state_at,
        "state_by": comment.state_by.person() if comment.state_by else None,
    }


def reply_body(reply: Comment) -> dict[str, Any]:
    return {**comment_body(reply), "thread_id": reply.thread_id}


def margin_counts(*, project_id: UUID, draft: Draft) -> dict[str, MarginCounts]:
    """The threads on a version and those before it, counted for each field."""
    threads = Comment.objects.threads(project_id).made_up_to(draft.version_number)
    columns = ("field", "content_id", "from_line", "to_line", "quote", "state", "draft__version_number")
    rows = list(threads.select_related("draft").only(*columns))
    is_open = [each for each in rows if each.state == CommentState.OPEN]
    fields = fields_on(rows, draft)
    places = positions(is_open, draft, fields)
    counts: defaultdict[str, MarginCounts] = defaultdict(MarginCounts)
    for thread in rows:
        counts[fields[thread.id]].states[thread.state] += 1
    for thread in is_open:
        place, field = places.get(thread.id), fields[thread.id]
        if place:
            counts[field].lines[place.from_line] += 1
        elif thread.from_line or draft.sha256_of(field) is None:
            counts[field].gone += 1
    return dict(counts)


def thread_body(
    thread: Comment, field: str, place: tuple[int, int] | None, replies: Sequence[Comment]
) -> dict[str, Any]:
    """A thread at its place in a field, without the version or round that it was made on."""
    return {
        **comment_body(thread),
        "target_field": thread.field,
        "field": field,
        "anchor": thread.anchor,
        "position": {"from_line": place[0], "to_line": place[1]} if place else None,
        "replies": [reply_body(reply) for reply in replies],
    }
