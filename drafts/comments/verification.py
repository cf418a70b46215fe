"""Every comment is what its events say, and every event of a comment has its comment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import TextField
from django.db.models.functions import Cast

from audit.models import Event, project_chain
from audit.verification import Finding
from blobs.models import sha256_of
from drafts.comments.models import Comment, CommentState

MADE = ("comment.created", "comment.answered")


def check_comments() -> Iterator[Finding]:
    """Compare each comment with the event that made it and the newest that moved it; then look for lost ones."""
    events = Event.objects.filter(target_type="comment").order_by("seq")
    for comment in Comment.objects.with_facts().order_by("project", "id").iterator(chunk_size=500):
        what = _difference(comment, list(events.filter(target_id=str(comment.id))))
        if what:
            yield Finding(f"comment {comment.id} of project {comment.project_id}", what)
    known = Comment.objects.annotate(key=Cast("id", TextField())).values("key")
    for event in events.filter(action__in=MADE).exclude(target_id__in=known).order_by("id"):
        yield Finding(f"{event.chain}#{event.seq}", "the comment it recorded is gone")


def _difference(comment: Comment, events: Sequence[Event]) -> str | None:
    if not events or events[0].action not in MADE:
        return "no event recorded it"
    made, moved = events[0], events[1:]
    said = made.data
    stands: dict[str, tuple[object, object]] = {
        "project": (project_chain(comment.project_id), made.chain),
        "author": (comment.author_id, made.actor_id),
        "time": (comment.created_at, made.at),
        "text": (sha256_of(comment.text.encode()), said["text_sha256"]),
        "thread": (str(comment.thread_id or comment.id), said["thread_id"]),
        "state": (comment.state, moved[-1].data["state"] if moved else CommentState.OPEN.value),
        "state's time": (comment.state_at, moved[-1].at if moved else None),
        "state's author": (comment.state_by_id, moved[-1].actor_id if moved else None),
    }
    if comment.thread_id is None:
        stands |= {
            "version": (comment.on_draft.version_number, said["version"]),
            "field": (comment.field, said["target_field"]),
            "content": (comment.content_id, said["sha256"]),
            "lines": ((comment.from_line, comment.to_line), (said["from_line"], said["to_line"])),
            "quote": (sha256_of(comment.quote.encode()) if comment.from_line else None, said["quote_sha256"]),
        }
    for name, (stored, recorded) in stands.items():
        if stored != recorded:
            return f"its {name} was changed: its event says {recorded!r}"
    return None
