"""The commands of pads, for the project's socket."""

from __future__ import annotations

import asyncio
import binascii
import functools
from base64 import b64decode
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

import realtime
from gateway.parameters import Number
from gateway.registry import Command, CommandContext, Lane, command
from kernel.crdt.edits import MAX_EDITS, Edit
from kernel.errors import Conflict, PermissionDenied, Unavailable, ValidationFailed
from kernel.late import Late
from stages.pads.bodies import accepted_body
from stages.pads.cursors import CURSORS
from stages.pads.live import pad_topic
from stages.pads.submissions import Accepted, EditsSubmission, Submission, UpdateSubmission

# Late, because they load the library of shared documents.
_append: Final = Late("stages.pads.services:append_revisions")
_tidy: Final = Late("stages.pads.services:tidy_if_due")
_is_tidying_due: Final = Late("stages.pads.services:is_tidying_due")
_open: Final = Late("stages.pads.opening:open_pad")
_report: Final = Late("stages.pads.services:report_difference")
_since: Final = Late("stages.pads.opening:changes_since")

# Changes, and moves of a cursor, of one socket in a second.
PER_SECOND: Final = 30
# Characters of changes of one socket in a second; one large piece of text may come at once.
SIZE_PER_SECOND: Final = 1024 * 1024
# Seconds: between the beginnings of two batches of one pad, for each of its sockets here, and at most.
PACE_OF_SOCKET: Final = 0.0001
MAX_PACE: Final = 0.04
# Revisions of one answer to `pad.since`.
MAX_CHANGES: Final = 500
# How often a pad is read again that was written in too much meanwhile.
_TRIES: Final = 3

_tidying: dict[UUID, asyncio.Task[None]] = {}


class OnePad(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    pad_id: UUID


class OpenedPad(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`epoch` and `after` are what the client has, where it comes back."""

    pad_id: UUID
    dialect: Literal["yjs", "text"]
    epoch: Number | None = None
    after: Number | None = None


class PadUpdate(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A Yjs update in base64; `writer` is an earlier number of the same account, of which it is."""

    pad_id: UUID
    epoch: Number
    update: str
    writer: Number | None = None


class OneEdit(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    pos: Number
    delete: Number = 0
    insert: str = ""


class PadEdit(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A change of the text at `revision`, by position."""

    pad_id: UUID
    revision: Number
    edits: Annotated[list[OneEdit], msgspec.Meta(max_length=MAX_EDITS)]
    client_ref: UUID | None = None


class PadCursor(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A selection in UTF-16 units of the text at `revision`."""

    pad_id: UUID
    revision: Number
    anchor: Number
    head: Number


class PadDifference(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`crc` is the CRC-32 of the text in UTF-8 that the client has at `revision`."""

    pad_id: UUID
    revision: Number
    crc: Number


class PadSince(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    pad_id: UUID
    after: Number


def _focus(params: OpenedPad | PadCursor) -> str:
    return f"pads/{params.pad_id}"


@command("pad.open", Lane.ASYNC, focus=_focus, only_reads=True)
async def open_pad(at: CommandContext, params: OpenedPad) -> dict[str, Any]:
    """Read a pad and follow it from there: `pad.changed` brings what is newer than `revision`."""
    topic = pad_topic(params.pad_id)
    given = {"project_id": at.project_id, **msgspec.structs.asdict(params)}
    for _try in range(_TRIES):
        opened: dict[str, Any] = await at.lanes.write(functools.partial(_open, caller=at.caller, **given))
        position = await at.topics.follow(at.caller, topic, opened["revision"])
        if not position.reset:
            break
    else:
        await at.topics.leave(topic)
        raise Unavailable(_("Too much is written in this pad. Try again."))
    CURSORS.opened(at.topics, params.pad_id, opened["writer"])
    joined = {"pad_id": str(params.pad_id), "writer": opened["writer"], "user": at.caller.user.person()}
    realtime.send_notification(topic=topic, method="pad.joined", params=joined, origin=str(at.session_id))
    return opened


@command("pad.edit", Lane.ASYNC, max_per_second=PER_SECOND, max_size_per_second=SIZE_PER_SECOND)
async def edit_pad(at: CommandContext, params: PadEdit) -> dict[str, Any]:
    """Change the text by position."""
    edits = tuple(Edit(each.pos, each.delete, each.insert) for each in params.edits)
    submission = EditsSubmission(caller=at.caller, revision=params.revision, edits=edits, client_ref=params.client_ref)
    return accepted_body(await _submit(at, params.pad_id, submission))


@command("pad.update", Lane.ASYNC, max_per_second=PER_SECOND, max_size_per_second=SIZE_PER_SECOND)
async def update_pad(at: CommandContext, params: PadUpdate) -> dict[str, Any]:
    """Change the text by a Yjs update."""
    submission = UpdateSubmission(
        caller=at.caller, epoch=params.epoch, update=_decoded(params.update), writer=params.writer
    )
    return accepted_body(await _submit(at, params.pad_id, submission))


@command("pad.cursor", Lane.INLINE, focus=_focus, max_per_second=PER_SECOND)
def move_cursor(at: CommandContext, params: PadCursor) -> dict[str, Any]:
    """Show one's cursor to the others."""
    writer = CURSORS.writer_of(at.topics, params.pad_id)
    if at.topics.follows(pad_topic(params.pad_id)) and (writer is None or not at.may("pad.write")):
        raise PermissionDenied(_("Only writers have a cursor in a pad."))
    if writer is None:
        raise Conflict(_("Open the pad first."))
    CURSORS.move(params.pad_id, writer, revision=params.revision, anchor=params.anchor, head=params.head)
    return {}


@command("pad.since", Lane.READ, only_reads=True)
def read_since(at: CommandContext, params: PadSince) -> dict[str, Any]:
    """The next revisions after one."""
    changes: dict[str, Any] = _since(caller=at.caller, pad_id=params.pad_id, after=params.after, limit=MAX_CHANGES)
    return changes


@command("pad.leave", Lane.ASYNC, focus=lambda _params: None, only_reads=True)
async def leave_pad(at: CommandContext, params: OnePad) -> dict[str, Any]:
    """Follow a pad no more."""
    CURSORS.left(at.topics, params.pad_id)
    await at.topics.leave(pad_topic(params.pad_id))
    return {}


@command("pad.differs", Lane.WRITE, max_per_second=1)
def report_difference(at: CommandContext, params: PadDifference) -> dict[str, Any]:
    """Say that one's own text has another checksum at a revision, and keeps having it."""
    _report(caller=at.caller, pad_id=params.pad_id, revision=params.revision, crc=params.crc)
    return {}


COMMANDS: Final[tuple[Command, ...]] = (
    open_pad,
    edit_pad,
    update_pad,
    move_cursor,
    read_since,
    report_difference,
    leave_pad,
)


async def _submit(at: CommandContext, pad_id: UUID, submission: Submission) -> Accepted:
    """Append a change together with those that wait for the same pad. Raises its refusal."""
    topic = pad_topic(pad_id)

    def pace() -> float:
        return min(MAX_PACE, PACE_OF_SOCKET * at.topics.count_followers(topic))

    work = functools.partial(_append_all, pad_id)
    accepted: Accepted = await at.lanes.write_gathered(pad_id, submission, work, pace=pace)
    if pad_id not in _tidying and _is_tidying_due(pad_id):
        _tidying[pad_id] = asyncio.create_task(at.lanes.write(functools.partial(_tidy, pad_id=pad_id)))
        _tidying[pad_id].add_done_callback(lambda _task: _tidying.pop(pad_id, None))
    return accepted


def _append_all(pad_id: UUID, submissions: Any) -> Any:
    return _append(pad_id=pad_id, submissions=submissions)


def _decoded(update: str) -> bytes:
    try:
        return b64decode(update, validate=True)
    except binascii.Error:
        raise ValidationFailed({"update": [_("Not base64.")]}) from None
