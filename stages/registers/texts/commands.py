"""The commands of shared texts, for the project's socket."""

from __future__ import annotations

import binascii
import functools
from base64 import b64decode
from typing import Annotated, Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

import msgspec
from django.utils.translation import gettext as _

import realtime
from gateway.parameters import Number
from gateway.registry import Command, CommandContext, Lane, command
from gateway.topics import FollowedTopics
from kernel.errors import Conflict, DomainError, PermissionDenied, ValidationFailed
from kernel.late import Late
from stages.registers.fold.effects import Field
from stages.registers.permissions import WRITE
from stages.registers.texts.live import texts_topic

# Late, because they load the library of shared documents.
_open: Final = Late("stages.registers.texts.services:open_text")
_type: Final = Late("stages.registers.texts.services:type_delta")

PER_SECOND: Final = 30
SIZE_PER_SECOND: Final = 1024 * 1024

Name = Annotated[str, msgspec.Meta(max_length=105)]
# A position in the text that does not move when others type: a relative position of Yjs, in base64.
Position = Annotated[str, msgspec.Meta(max_length=200)]

# The client ids that each socket was given here; carets are shown for these only.
_given: WeakKeyDictionary[FollowedTopics, set[int]] = WeakKeyDictionary()


class OpenedText(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`writer` and `state_vector` (of Yjs, in base64) are what the client has, where it comes back."""

    record: UUID
    facet: Name
    field: Name
    writer: Number | None = None
    state_vector: str = ""


class TypedText(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`delta` is a Yjs update in base64 of what was typed under the client id `writer`."""

    record: UUID
    facet: Name
    field: Name
    writer: Number
    delta: str


class Caret(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A selection; both ends are null where the person has left the text."""

    record: UUID
    facet: Name
    field: Name
    writer: Number
    anchor: Position | None
    head: Position | None


@command("record.text", Lane.ASYNC, only_reads=True, max_per_second=PER_SECOND)
async def open_text(at: CommandContext, params: OpenedText) -> dict[str, Any]:
    """Read a shared text, and follow what others type in those of the project: `record.typed`, `record.caret`."""
    topic = texts_topic(at.project_id)
    was_followed = at.topics.follows(topic)
    state_vector = _decoded("state_vector", params.state_vector)
    known = {"state_vector": state_vector, "writer": params.writer}
    work = functools.partial(_open, caller=at.caller, project_id=at.project_id, field=_field(params), **known)
    await at.topics.follow(at.caller, topic)
    try:
        opened = await at.lanes.write(work)
    except DomainError:
        if not was_followed:
            await at.topics.leave(topic)
        raise
    if opened.writer is not None:
        _given.setdefault(at.topics, set()).add(opened.writer)
    body: dict[str, Any] = opened.body
    return body


@command("record.type", Lane.SERIALIZED, max_per_second=PER_SECOND, max_size_per_second=SIZE_PER_SECOND)
def type_delta(at: CommandContext, params: TypedText) -> dict[str, Any]:
    """Write what was typed; `bundle` is null where the text had all of it already."""
    delta = _decoded("delta", params.delta)
    given = {"field": _field(params), "writer": params.writer, "delta": delta}
    return {"bundle": _type(caller=at.caller, project_id=at.project_id, **given)}


@command("record.caret", Lane.INLINE, max_per_second=PER_SECOND)
def show_caret(at: CommandContext, params: Caret) -> dict[str, Any]:
    """Show one's caret to the others."""
    topic = texts_topic(at.project_id)
    if not at.topics.follows(topic):
        raise Conflict(_("Open the text first."))
    if not at.may(WRITE) or params.writer not in _given.get(at.topics, ()):
        raise PermissionDenied(_("Only writers have a caret in a text."))
    shown = {**_named(_field(params)), "writer": params.writer, "user": at.caller.user.person()}
    carets = {"anchor": params.anchor, "head": params.head}
    realtime.send_notification(
        topic=topic,
        method="record.caret",
        params={**shown, **carets},
        origin=str(at.session_id),
    )
    return {}


COMMANDS: Final[tuple[Command, ...]] = (open_text, type_delta, show_caret)


def _field(params: OpenedText | TypedText | Caret) -> Field:
    return Field(str(params.record), params.facet, params.field)


def _named(field: Field) -> dict[str, Any]:
    return {"record": field.entity, "facet": field.facet, "field": field.name}


def _decoded(member: str, text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except binascii.Error:
        raise ValidationFailed({member: [_("Not base64.")]}) from None
