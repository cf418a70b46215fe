"""Who writes in which cell of a table: shown to everybody in the project, and stored nowhere."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

import realtime
from audit.live import topic_of
from gateway.registry import Command, CommandContext, Lane, command
from stages.registers.fold.members import MAX_NAME

PER_SECOND: Final = 10
AT: Final = "record.at"
# How presence names records.
PLACE: Final = "records"
EPHEMERALS: Final = {AT: ("session_id", "facet", "record", "field", "writes")}

Name = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]


class AtCell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A cell, and whether somebody writes in it; without `record`, they are in none.

    `place` is the record at whose page they are, of the page of a table the record of the table.
    """

    place: UUID | None = None
    facet: Name = ""
    record: UUID | None = None
    field: Name = ""
    writes: bool = False


def _focus(params: AtCell) -> str | None:
    return f"{PLACE}/{params.place}" if params.place is not None else None


@command(AT, Lane.INLINE, focus=_focus, max_per_second=PER_SECOND, only_reads=True)
def at_cell(at: CommandContext, params: AtCell) -> dict[str, Any]:
    """Show the others where this session is."""
    data = {
        "session_id": str(at.session_id),
        "facet": params.facet,
        "record": str(params.record) if params.record is not None else None,
        "field": params.field,
        "writes": params.writes and params.record is not None and at.may("register.write"),
    }
    realtime.send_ephemeral(
        topic=topic_of(at.project_id), name=AT, actor=at.caller.user.person(), data=data, origin=str(at.session_id)
    )
    return {}


COMMANDS: Final[tuple[Command, ...]] = (at_cell,)
