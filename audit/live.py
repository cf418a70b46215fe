"""The live projection of events: what everybody in a project may see the moment it happens.

A whitelist per action. Address, user agent, reason and every key not named here stay in the audit trail.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Final

import msgspec

import realtime
from audit.models import Event, EventQuerySet

_RELEASE = ("release_id", "name", "version", "project_status")
_LOCK = ("field", "session_id", "holder")
_COMMENT = ("comment_id", "thread_id", "version", "target_field")
_TASK = ("task_id", "text", "assignee", "done", "done_by")

LIVE: Final[dict[str, tuple[str, ...]]] = {
    # Who reviewed up to where; what they found is for auditors.
    "audit.reviewed": ("from_seq", "to_seq"),
    "release.submitted": _RELEASE,
    "release.signed": (*_RELEASE, "meaning"),
    "release.rejected": _RELEASE,
    "release.withdrawn": _RELEASE,
    "release.released": _RELEASE,
    "project.updated": ("name", "description", "is_private"),
    "project.archived": ("status",),
    "project.frozen": ("status",),
    "project.reopened": ("status",),
    "member.added": ("user", "role"),
    "member.role_changed": ("user", "role"),
    "member.removed": ("user",),
    "lock.acquired": _LOCK,
    "lock.released": (*_LOCK, "why"),
    "lock.handed_over": _LOCK,
    "lock.taken_over": _LOCK,
    "draft.saved": ("version", "kind", "changed_fields"),
    "comment.created": (*_COMMENT, "from_line", "to_line"),
    "comment.answered": _COMMENT,
    "comment.resolved": _COMMENT,
    "comment.reopened": _COMMENT,
    "comment.withdrawn": _COMMENT,
    "task.created": _TASK,
    "task.changed": _TASK,
}


class _Actor(msgspec.Struct):
    id: str
    name: str
    kind: str


class _Fact(msgspec.Struct):
    """What of a canonical text may be told. It was checked when it was written, and is read here as it is."""

    actor: _Actor
    data: dict[str, Any]


_decoder = msgspec.json.Decoder(_Fact)
_encoder = msgspec.json.Encoder()


def topic_of(project_id: uuid.UUID) -> str:
    """The hub topic on which a project's events and ephemerals go out."""
    return f"project.{project_id}"


def notification(event: Event) -> dict[str, Any]:
    """The parameters of one `event` notification: `{seq, name, at, actor, data}`."""
    return _told(event.seq, event.action, event.at, event.canonical)


def notifications(events: EventQuerySet) -> list[dict[str, Any]]:
    """The same of many, read without making an `Event` of each: whoever was away may have missed thousands."""
    return [_told(*row) for row in events.values_list("seq", "action", "at", "canonical")]


def _told(seq: int, action: str, at: datetime, canonical: str) -> dict[str, Any]:
    fact = _decoder.decode(canonical)
    actor, data = fact.actor, fact.data
    return {
        "seq": seq,
        "name": action,
        "at": at,
        "actor": {"id": actor.id, "display_name": actor.name, "kind": actor.kind},
        "data": {key: data[key] for key in LIVE.get(action, ()) if key in data},
    }


def frame(event: Event) -> str:
    """One JSON-RPC `event` notification as text, ready for every socket of the project."""
    return frame_of(notification(event))


def frame_of(told: dict[str, Any]) -> str:
    """The same of what `notifications` found."""
    return _encoder.encode({"jsonrpc": "2.0", "method": "event", "params": told}).decode()


def publish(event: Event, project_id: uuid.UUID) -> None:
    """Send the event's frame to everybody who watches the project. Never raises: catch-up repairs what is lost."""
    realtime.publish(topic=topic_of(project_id), seq=event.seq, frame=frame(event))
