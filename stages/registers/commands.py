"""The commands of records, for the project's socket: cells set, records made and deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from accounts.callers import Caller
from gateway.registry import Command, CommandContext, Lane, command
from kernel.errors import ValidationFailed
from kernel.ijson import check_storable, parse
from kernel.late import Late

# Late, because they load the core of registers.
_set_cells: Final = Late("stages.registers.live_writes:set_cells")
_create: Final = Late("stages.registers.live_writes:create_record")
_delete: Final = Late("stages.registers.live_writes:delete_records")

PER_SECOND: Final = 30
SIZE_PER_SECOND: Final = 1024 * 1024
MAX_CELLS: Final = 10_000
# A value is this deep in a frame.
_DEPTH: Final = 8

Name = Annotated[str, msgspec.Meta(max_length=105)]
OperationIds = Annotated[list[Annotated[str, msgspec.Meta(max_length=36)]], msgspec.Meta(max_length=1000)]


class OneCell(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A cell with the `value` that it gets, or the `text` of one as it was typed; `base` are the operations seen."""

    record: UUID
    facet: Name
    field: Name
    value: msgspec.Raw = msgspec.Raw()
    text: str | None = None
    base: OperationIds | None = None
    row: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None


class SetRecord(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Either one cell, by its members, or many `cells` in one bundle."""

    record: UUID | None = None
    facet: Name = ""
    field: Name = ""
    value: msgspec.Raw = msgspec.Raw()
    text: str | None = None
    base: OperationIds | None = None
    cells: Annotated[list[OneCell], msgspec.Meta(max_length=MAX_CELLS)] | None = None
    client_ref: UUID | None = None


class NewRecord(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A record for a table: `values`, and `texts` as they were typed, by column."""

    facet: Name
    values: dict[Name, msgspec.Raw] = msgspec.field(default_factory=dict)
    texts: dict[Name, str] = msgspec.field(default_factory=dict)
    client_ref: UUID | None = None


class DeletedRecords(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    records: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MAX_CELLS)]
    client_ref: UUID | None = None


@command("record.set", Lane.WRITE, max_per_second=PER_SECOND, max_size_per_second=SIZE_PER_SECOND)
def set_record(at: CommandContext, params: SetRecord) -> dict[str, Any]:
    """Set cells, in one bundle. A cell that shows something else than `base` is refused with `stale_base`."""
    if params.cells is not None:
        if params.record is not None:
            raise ValidationFailed({"cells": [_("Give either one cell or many.")]})
        cells = params.cells
    elif params.record is not None:
        members = (params.record, params.facet, params.field, params.value, params.text, params.base)
        cells = [OneCell(*members)]
    else:
        raise ValidationFailed({"record": [_("Give either one cell or many.")]})
    answer: dict[str, Any] = _set_cells(
        caller=_caller(at, params.client_ref), project_id=at.project_id, cells=[_plain(each) for each in cells]
    )
    return answer if params.cells is not None else {**answer, **answer["cells"][0]}


@command("record.create", Lane.WRITE, max_per_second=PER_SECOND, max_size_per_second=SIZE_PER_SECOND)
def create_record(at: CommandContext, params: NewRecord) -> dict[str, Any]:
    """Make a record of a table."""
    values = {name: _value(raw, name) for name, raw in params.values.items()}
    texts = {name: check_storable(text, name=name) for name, text in params.texts.items()}
    answer: dict[str, Any] = _create(
        caller=_caller(at, params.client_ref), project_id=at.project_id, facet=params.facet, values=values, texts=texts
    )
    return answer


@command("record.delete", Lane.WRITE, max_per_second=PER_SECOND)
def delete_records(at: CommandContext, params: DeletedRecords) -> dict[str, Any]:
    """Delete records, in one bundle."""
    ids = [str(each) for each in params.records]
    answer: dict[str, Any] = _delete(caller=_caller(at, params.client_ref), project_id=at.project_id, records=ids)
    return answer


COMMANDS: Final[tuple[Command, ...]] = (set_record, create_record, delete_records)


def _caller(at: CommandContext, client_ref: UUID | None) -> Caller:
    return replace(at.caller, client_ref=client_ref)


def _plain(cell: OneCell) -> dict[str, Any]:
    given = bytes(cell.value)
    if bool(given) == (cell.text is not None):
        raise ValidationFailed({cell.field or "field": [_("Give either a value or a text.")]})
    typed = cell.text is not None
    value = check_storable(cell.text or "", name=cell.field) if typed else _value(cell.value, cell.field)
    base = None if cell.base is None else tuple(cell.base)
    return {
        "record": str(cell.record),
        "facet": cell.facet,
        "field": cell.field,
        "value": value,
        "typed": typed,
        "base": base,
        "row": cell.row,
    }


def _value(raw: msgspec.Raw, name: str) -> Any:
    """A value by the same strict JSON as REST's."""
    return parse(bytes(raw), name=name or "value", max_depth=_DEPTH)
