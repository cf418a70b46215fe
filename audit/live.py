"""Live events: the part of an event that is sent to everybody in the project at once.

A whitelist per type of event (`EventType.live`). Address, user agent, reason and every other member stay in the audit
trail.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec

import realtime
from audit.event_types import EVENT_TYPES
from audit.models import Event, project_chain
from kernel.statements import run
from realtime.frames import notification_frame


class EventPayload(msgspec.Struct, gc=False):
    """The parameters of an `event` notification; members that are not read here stay raw JSON."""

    seq: int
    name: str
    at: datetime
    actor: msgspec.Raw
    data: dict[str, msgspec.Raw]


class _EventMembers(msgspec.Struct, gc=False):
    """The members of a canonical text that are sent. They were checked when the event was recorded."""

    actor: msgspec.Raw
    data: dict[str, msgspec.Raw]


class _ActorMembers(msgspec.Struct):
    id: str
    name: str
    kind: str


# How many encoded actors are cached, because the events of a chain have few different actors.
_PEOPLE: Final = 1_024

_MISSED: Final = (
    "SELECT seq, action, at, canonical FROM audit_event WHERE chain = %s AND seq > %s ORDER BY seq LIMIT %s"
)

_facts = msgspec.json.Decoder(_EventMembers)
_actors = msgspec.json.Decoder(_ActorMembers)
_encoder = msgspec.json.Encoder()


def topic_of(project_id: uuid.UUID) -> str:
    """The hub topic for a project's events and ephemeral messages."""
    return f"project.{project_id}"


def missed(project_id: uuid.UUID, *, after: int, limit: int) -> list[EventPayload]:
    """The events of a project after a `seq`, oldest first, at most `limit`.

    Reads raw columns instead of `Event` objects, because a client may have missed thousands of events.
    """
    return [_payload(*row) for row in run((_MISSED, [project_chain(project_id), after, limit]), binary=True)]


def frame(event: Event) -> str:
    """One JSON-RPC `event` notification as text, ready for every socket of the project."""
    return frame_of(_payload(event.seq, event.action, event.at, event.canonical))


def frame_of(payload: EventPayload) -> str:
    """The same of what was `missed`."""
    return notification_frame("event", payload)


def _payload(seq: int, action: str, at: datetime, canonical: str) -> EventPayload:
    fact = _facts.decode(canonical)
    data = fact.data
    return EventPayload(
        seq, action, at, _person(bytes(fact.actor)), {key: data[key] for key in _live_members(action) if key in data}
    )


def _live_members(action: str) -> tuple[str, ...]:
    """The live members of an event; empty if the app of its type is not installed."""
    found = EVENT_TYPES.get(action)
    return found.live if found else ()


@lru_cache(_PEOPLE)
def _person(actor: bytes) -> msgspec.Raw:
    """An event's actor, in the shape that people have everywhere."""
    fact = _actors.decode(actor)
    return msgspec.Raw(_encoder.encode({"id": fact.id, "display_name": fact.name, "kind": fact.kind}))


def publish(event: Event, project_id: uuid.UUID) -> None:
    """Send the event's frame to everybody who watches the project. Never raises: catch-up repairs what is lost."""
    realtime.publish(topic=topic_of(project_id), seq=event.seq, frame=frame(event))
