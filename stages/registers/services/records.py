"""Records and their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from accounts.callers import Caller
from kernel.errors import Conflict, PayloadTooLarge
from stages.registers import verbs
from stages.registers.exchange.importing import plan_import
from stages.registers.exchange.parsing import parse_sheet
from stages.registers.exchange.plan import ImportPlan, Part
from stages.registers.fold.acts import Acts
from stages.registers.fold.effects import Field
from stages.registers.fold.headers import MAX_OPERATIONS
from stages.registers.schema import Schema
from stages.registers.services.acting import Done, Verbed, act, created_records
from stages.registers.verbs.cells import text_of

__all__ = ["Cell", "Row", "write_cells"]

Cell = verbs.Cell
Row = verbs.Row


def write_cells(
    *, caller: Caller, project_id: UUID, cells: Sequence[Cell] = (), table: str = "", rows: Sequence[Row] = ()
) -> Done:
    """Set cells and make records in one bundle, such as those of a paste; it answers the records made.

    Raises `ValidationFailed` naming rows and columns, `StaleBase` for a cell that shows something else than its person
    saw, `NotFound`, `Conflict`.
    """

    def verb(acts: Acts, schema: Schema) -> Verbed:
        return verbs.write_cells(acts, schema, cells, table, rows)

    parameters = {
        "verb": "write_cells",
        "cells": [_plain(each) for each in cells],
        "table": table,
        "rows": [_plain(each) for each in rows],
    }
    ahead = (each.record for each in cells)
    done = act(caller=caller, project_id=project_id, verb=verb, parameters=parameters, ahead=ahead)
    return _with_records(project_id, done)


@dataclass(frozen=True, slots=True)
class SetCell:
    """A cell that was set, as it is shown now; `tips` are the operations that it stands for."""

    record: str
    facet: str
    field: str
    value: Any
    text: str
    tips: list[str]


def set_cells(*, caller: Caller, project_id: UUID, cells: Sequence[Cell]) -> Done:
    """Set cells in one bundle; it answers each as a `SetCell`, without another look at the database.

    The answer is None where it has to be looked up: of a repeat, and where a hook has added something. Raises as
    `write_cells`.
    """
    writes: list[tuple[verbs.CellWrite, str]] = []

    def verb(acts: Acts, schema: Schema) -> Verbed:
        found = verbs.write_each(acts, schema, cells)
        writes.extend((each, text_of(acts, schema, each.column, each.value)) for each in found)
        return [payload for each in found for payload in each.payloads]

    parameters = {"verb": "set_cells", "cells": [_plain(each) for each in cells]}
    ahead = (each.record for each in cells)
    done = act(caller=caller, project_id=project_id, verb=verb, parameters=parameters, ahead=ahead)
    return replace(done, answer=_set(writes, done))


def _set(writes: Sequence[tuple[verbs.CellWrite, str]], done: Done) -> list[SetCell] | None:
    count = sum(len(each.payloads) for each, _text in writes)
    if done.written is None or done.repeated or len(done.written.op_ids) != count:
        return None
    ids = iter(done.written.op_ids)
    tips = [[str(next(ids)) for _payload in each.payloads] for each, _text in writes]
    last = {(each.record, each.cell.facet, each.cell.field): at for at, (each, _text) in enumerate(writes)}
    found = []
    for each, _text in writes:
        at = last[each.record, each.cell.facet, each.cell.field]
        newest, text = writes[at]
        found.append(SetCell(each.record, each.cell.facet, each.cell.field, newest.value, text, tips[at]))
    return found


def create_records(
    *, caller: Caller, project_id: UUID, table: str, rows: Sequence[Mapping[str, Any]], typed: bool = False
) -> Done:
    """Make records of a table; it answers their ids. With `typed`, values are texts as people type them."""
    listed = [Row(each, typed=typed) for each in rows]
    verb = partial(verbs.write_rows, facet=table, rows=listed)
    parameters = {"verb": "create_records", "table": table, "rows": [dict(each) for each in rows], "typed": typed}
    return _with_records(project_id, act(caller=caller, project_id=project_id, verb=verb, parameters=parameters))


def delete_records(*, caller: Caller, project_id: UUID, records: Sequence[str], reason: str | None = None) -> Done:
    verb = partial(verbs.delete_records, records=records)
    parameters = {"verb": "delete_records", "records": [*records]} | ({"reason": reason} if reason else {})
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters, reason=reason)


def restore_records(*, caller: Caller, project_id: UUID, records: Sequence[str]) -> Done:
    verb = partial(verbs.restore_records, records=records)
    parameters = {"verb": "restore_records", "records": [*records]}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def attach(*, caller: Caller, project_id: UUID, record: str, table: str, values: Mapping[str, Any]) -> Done:
    """Put a record into a further table."""
    verb = partial(verbs.attach, record=record, facet=table, values=values)
    parameters = {"verb": "attach", "record": record, "table": table, "values": dict(values)}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def detach(*, caller: Caller, project_id: UUID, record: str, table: str) -> Done:
    verb = partial(verbs.detach, record=record, facet=table)
    parameters = {"verb": "detach", "record": record, "table": table}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def merge(*, caller: Caller, project_id: UUID, record: str, absorbed: str) -> Done:
    """Two records become one: `record`, which shows what either of them has."""
    verb = partial(verbs.merge, survivor=record, absorbed=absorbed)
    parameters = {"verb": "merge", "record": record, "absorbed": absorbed}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def split(
    *, caller: Caller, project_id: UUID, record: str, member: str | None = None, tables: Sequence[str] = ()
) -> Done:
    """Take a merged record out again, or give tables of a record to a new one; it answers the id of the other one."""

    def verb(acts: Acts, schema: Schema) -> Verbed:
        if member is not None:
            return verbs.split_back(acts, schema, record, member), member
        return verbs.split_off(acts, schema, record, tables)

    parameters = {"verb": "split", "record": record, "member": member, "tables": [*tables]}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def next_free_key(*, caller: Caller, project_id: UUID, record: str, table: str) -> Done:
    verb = partial(verbs.next_free_key, record=record, facet=table)
    parameters = {"verb": "next_free_key", "record": record, "table": table}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def type_text(*, caller: Caller, project_id: UUID, record: str, table: str, field: str, text: str) -> Done:
    """Make a text in which people write together this one."""
    verb = partial(verbs.type_text, field=Field(record, table, field), text=text)
    parameters = {"verb": "type_text", "record": record, "table": table, "field": field, "text": text}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def import_rows(
    *,
    caller: Caller,
    project_id: UUID,
    table: str,
    text: str,
    columns: Mapping[str, str | None] | None = None,
    part: Part | None = None,
) -> Done:
    """Write the rows of a file, or a `part` of them, in one bundle; it answers the `ImportPlan`.

    With a problem nothing is written. Raises `PayloadTooLarge` for a file that is more than a bundle, and `Conflict`
    where what a part was looked at with has changed since.
    """
    sheet = parse_sheet(text)

    def verb(acts: Acts, schema: Schema) -> Verbed:
        plan = plan_import(acts, schema, table, sheet, columns=columns, part=part)
        if part is None and len(plan.payloads) > MAX_OPERATIONS:
            raise PayloadTooLarge(_rows_that_fit(plan), count=len(plan.payloads))
        if part is not None and part.digest and not plan.problem_count and plan.digest != part.digest:
            raise Conflict(gettext("Somebody has changed some of these records since you looked at the file."))
        return list(plan.payloads), replace(plan, payloads=())

    parameters = {"verb": "import", "table": table, "text": text, "columns": dict(columns or {})}
    parameters |= {"part": str(part)} if part is not None else {}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def _rows_that_fit(plan: ImportPlan) -> str:
    words = gettext(
        "At most %(most)s changes are written at once, and this file is %(count)s. Import it in %(parts)s parts."
    )
    return words % {
        "most": f"{MAX_OPERATIONS:,}",
        "count": f"{len(plan.payloads):,}",
        "parts": f"{len(plan.parts):,}",
    }


def import_body(plan: ImportPlan) -> dict[str, Any]:
    """What an import did or would do, as a JSON object."""
    return {
        "columns": list(plan.columns),
        "created": plan.created,
        "changed": plan.changed,
        "unchanged": plan.unchanged,
        "problems": [asdict(each) for each in plan.problems],
        "problem_count": plan.problem_count,
    }


def _with_records(project_id: UUID, done: Done) -> Done:
    """The answer of a repeat too: the records that its bundle created."""
    if done.written is None or not done.repeated:
        return done
    return replace(done, answer=created_records(project_id, done.written.bundle_id))


def _plain(each: Cell | Row) -> dict[str, Any]:
    found = asdict(each)
    if found.get("typed_columns"):
        found["typed_columns"] = sorted(found["typed_columns"])
    return {name: value for name, value in found.items() if value is not None and value != frozenset()}
