"""The live projection of events: what everybody in a project may see the moment it happens.

A whitelist per action. Address, user agent, reason and every key not named here stay in the audit trail.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec

import realtime
from audit.models import Event, project_chain
from kernel.statements import run

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


class Told(msgspec.Struct, gc=False):
    """The parameters of one `event` notification; what nobody here looks into stays the JSON that it was."""

    seq: int
    name: str
    at: datetime
    actor: msgspec.Raw
    data: dict[str, msgspec.Raw]


class _Fact(msgspec.Struct, gc=False):
    """What of a canonical text may be told. It was checked when it was written, and is read here as it is."""

    actor: msgspec.Raw
    data: dict[str, msgspec.Raw]


class _Actor(msgspec.Struct):
    id: str
    name: str
    kind: str


# How many people's names are remembered as they are told; a chain names the same few again and again.
_PEOPLE: Final = 1_024

_MISSED: Final = (
    "SELECT seq, action, at, canonical FROM audit_event WHERE chain = %s AND seq > %s ORDER BY seq LIMIT %s"
)

_facts = msgspec.json.Decoder(_Fact)
_actors = msgspec.json.Decoder(_Actor)
_encoder = msgspec.json.Encoder()


def topic_of(project_id: uuid.UUID) -> str:
    """The hub topic on which a project's events and ephemerals go out."""
    return f"project.{project_id}"


def missed(project_id: uuid.UUID, *, after: int, limit: int) -> list[Told]:
    """What happened in a project after a `seq`, oldest first, at most `limit` of it.

    Read without making an `Event` of each: whoever was away may have missed thousands.
    """
    return [_told(*row) for row in run((_MISSED, [project_chain(project_id), after, limit]), binary=True)]


def frame(event: Event) -> str:
    """One JSON-RPC `event` notification as text, ready for every socket of the project."""
    return frame_of(_told(event.seq, event.action, event.at, event.canonical))


def frame_of(told: Told) -> str:
    """The same of what was `missed`."""
    return _encoder.encode({"jsonrpc": "2.0", "method": "event", "params": told}).decode()


def _told(seq: int, action: str, at: datetime, canonical: str) -> Told:
    fact = _facts.decode(canonical)
    data = fact.data
    return Told(
        seq, action, at, _person(bytes(fact.actor)), {key: data[key] for key in LIVE.get(action, ()) if key in data}
    )


@lru_cache(_PEOPLE)
def _person(actor: bytes) -> msgspec.Raw:
    """An event's actor as a person is told everywhere."""
    fact = _actors.decode(actor)
    return msgspec.Raw(_encoder.encode({"id": fact.id, "display_name": fact.name, "kind": fact.kind}))


def publish(event: Event, project_id: uuid.UUID) -> None:
    """Send the event's frame to everybody who watches the project. Never raises: catch-up repairs what is lost."""
    realtime.publish(topic=topic_of(project_id), seq=event.seq, frame=frame(event))
