"""All writes of comments: create, answer, resolve, reopen, withdraw. Each is one write with its event."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from audit.services import Target
from blobs.models import sha256_of
from drafts.comments.inputs import CommentTarget, check_comment_text, read_target
from drafts.comments.mentions import notify_readers
from drafts.comments.models import MAX_REPLIES, Comment, CommentState
from drafts.comments.places import facts_of_thread
from drafts.fingerprints import fingerprint
from drafts.search.indexing import index_comment
from kernel.errors import Conflict, NotFound
from kernel.names import check_reason
from projects.models import Project
from projects.writing import ProjectWrite, project_write

# What a line of the inbox says of a comment; the last three of those on proposals only.
INBOX_FACTS: Final = (
    *("comment_id", "thread_id", "version", "target_field"),
    *("proposal_id", "proposal_number", "round"),
)

# The resulting state of each action, and the states in which it is allowed.
_STEPS: Final = {
    "comment.resolved": (CommentState.RESOLVED, {CommentState.OPEN}),
    "comment.reopened": (CommentState.OPEN, {CommentState.RESOLVED}),
    "comment.withdrawn": (CommentState.WITHDRAWN, {CommentState.OPEN, CommentState.RESOLVED}),
}


def create_comment(
    *,
    caller: Caller,
    project_id: UUID,
    version: int,
    target_field: str,
    text: str,
    anchor: Mapping[str, Any] | None = None,
) -> Comment:
    """Start a thread on a field of a version, or on lines of it.

    `anchor` is `{from_line, to_line, quote}`: lines are 1-based and inclusive, `quote` is the selected part of them
    (default: the whole lines). Raises `ValidationFailed` for a version, field, range or quote that does not exist, and
    for the text.
    """
    parameters = {
        "version": version,
        "target_field": fingerprint(target_field),
        "text": fingerprint(text),
        "anchor": fingerprint(anchor),
    }
    with project_write(caller=caller, project_id=project_id, action="comment.write", parameters=parameters) as write:
        if write.repeat_of is not None:
            return repeated_comment(write)
        text = check_comment_text(text)
        target = read_target(write.project, version=version, target_field=target_field, anchor=anchor)
        return start_thread(write, target, text)


def start_thread(write: ProjectWrite, target: CommentTarget, text: str) -> Comment:
    """Start a thread at a place that was checked, with a text that was; for services of apps above, too."""
    comment = Comment(id=uuid7(), project=write.project, text=text, author=write.caller.user, **target.columns())
    data = {
        "comment_id": str(comment.id),
        **facts_of_thread(comment),
        "sha256": comment.content_id,
        "from_line": comment.from_line,
        "to_line": comment.to_line,
        "quote_sha256": sha256_of(comment.quote.encode()) if comment.from_line else None,
    }
    return _insert(write, comment, "comment.created", data)


def answer_comment(*, caller: Caller, comment_id: UUID, text: str) -> Comment:
    """Reply in an open or resolved thread; a reply to a reply is added to its thread.

    Raises `NotFound`, `Conflict` if the thread is withdrawn or full, `ValidationFailed` for the text.
    """
    parameters = {"comment": str(comment_id), "answer": fingerprint(text)}
    with _comment_write(caller, comment_id, parameters) as write:
        if write.repeat_of is not None:
            return repeated_comment(write)
        text = check_comment_text(text)
        answered = Comment.objects.get(pk=comment_id)
        thread = Comment.objects.select_related("draft").get(pk=answered.thread_id or answered.id)
        if thread.state == CommentState.WITHDRAWN:
            raise Conflict(_("The comment was withdrawn; it can no longer be answered."))
        if Comment.objects.filter(thread=thread).count() >= MAX_REPLIES:
            raise Conflict(_("A thread can have at most {most} replies. Start another one.").format(most=MAX_REPLIES))
        reply = Comment(id=uuid7(), project=write.project, thread=thread, text=text, author=caller.user)
        data = {"comment_id": str(reply.id), **facts_of_thread(thread)}
        return _insert(write, reply, "comment.answered", data)


def resolve_comment(*, caller: Caller, comment_id: UUID) -> Comment:
    """Resolve a thread. Raises `NotFound`, or `Conflict` if it is not open or is a reply."""
    return _move_thread(caller, comment_id, "comment.resolved")


def reopen_comment(*, caller: Caller, comment_id: UUID) -> Comment:
    """Reopen a resolved thread. Raises `NotFound`, or `Conflict` if it is not resolved or is a reply."""
    return _move_thread(caller, comment_id, "comment.reopened")


def withdraw_comment(*, caller: Caller, comment_id: UUID, reason: str = "") -> Comment:
    """Withdraw one's own comment or reply; an owner may withdraw anybody's, for a reason.

    It stays readable, struck through, and cannot be reopened. Raises `NotFound`, `PermissionDenied` for somebody
    else's, `ValidationFailed` for the reason, `Conflict` if it is already withdrawn.
    """
    is_own = visible_comment(user=caller.user, comment_id=comment_id).author_id == caller.user.id
    action = "comment.write" if is_own else "comment.withdraw_others"
    parameters = {"comment": str(comment_id), "withdraw": fingerprint(reason)}
    with _comment_write(caller, comment_id, parameters, action=action) as write:
        if write.repeat_of is not None:
            return repeated_comment(write)
        comment = Comment.objects.select_related("author").get(pk=comment_id)
        words = check_reason(reason) if reason or not is_own else None
        return _move(write, comment, "comment.withdrawn", reason=words)


def visible_comment(*, user: User, comment_id: UUID) -> Comment:
    """A comment or reply in a project that the user may see. Raises `NotFound`."""
    visible = Project.objects.visible_to(user).values("pk")
    comment = Comment.objects.filter(pk=comment_id, project__in=visible).first()
    if comment is None:
        raise NotFound(_("Comment not found."))
    return comment


def _comment_write(
    caller: Caller, comment_id: UUID, parameters: Mapping[str, Any], *, action: str = "comment.write"
) -> AbstractContextManager[ProjectWrite]:
    """The write on a comment's project. Raises `NotFound` if the caller may not see the comment."""
    project_id = visible_comment(user=caller.user, comment_id=comment_id).project_id
    return project_write(caller=caller, project_id=project_id, action=action, parameters=parameters)


def _move_thread(caller: Caller, comment_id: UUID, event: str) -> Comment:
    with _comment_write(caller, comment_id, {"comment": str(comment_id), "to": event}) as write:
        if write.repeat_of is not None:
            return repeated_comment(write)
        comment = Comment.objects.select_related("author").get(pk=comment_id)
        if comment.thread_id is not None:
            words = _("A reply is neither resolved nor reopened; its thread is.")
            raise Conflict(words, thread_id=str(comment.thread_id))
        return _move(write, comment, event)


def _move(write: ProjectWrite, comment: Comment, action: str, *, reason: str | None = None) -> Comment:
    after, before = _STEPS[action]
    if comment.state not in before:
        words = _("The comment is {state}.").format(state=CommentState(comment.state).label.lower())
        raise Conflict(words, state=comment.state)
    thread = comment
    if comment.thread_id is not None:
        thread = Comment.objects.get(pk=comment.thread_id)
    data = {"comment_id": str(comment.id), **facts_of_thread(thread), "state": after.value, "before": comment.state}
    event = write.record(action, Target.of("comment", comment.id), data, reason=reason)
    comment.state, comment.state_at, comment.state_by = after.value, event.at, write.caller.user
    comment.save(update_fields=["state", "state_at", "state_by"])
    return comment


def _insert(write: ProjectWrite, comment: Comment, action: str, data: Mapping[str, Any]) -> Comment:
    facts = {**data, "text_sha256": sha256_of(comment.text.encode())}
    event = write.record(action, Target.of("comment", comment.id), facts)
    comment.created_at = event.at
    comment.save(force_insert=True)
    index_comment(comment)
    place = {name: data[name] for name in INBOX_FACTS if name in data}
    notify_readers(write, comment, place, event.seq)
    return comment


def repeated_comment(write: ProjectWrite) -> Comment:
    """The comment that the first request with the same `client_ref` made or moved."""
    event: Event | None = write.repeat_of
    assert event is not None
    comment = Comment.objects.select_related("author", "draft", "state_by").get(pk=event.target_id)
    comment.repeated = True
    return comment
