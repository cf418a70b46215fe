"""What the commands of records do, and what they answer: the cells as they are shown afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from accounts.callers import Caller
from stages.registers.reading.reader import Reader
from stages.registers.reading.rows import rows_of
from stages.registers.services import records as services
from stages.registers.services.records import Cell, Row


def set_cells(*, caller: Caller, project_id: UUID, cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Set cells in one bundle. Answers each with its value, its text and its operations."""
    listed = [Cell(**each) for each in cells]
    done = services.set_cells(caller=caller, project_id=project_id, cells=listed)
    if done.answer is not None:
        shown = [{**asdict(each), "misfit": ""} for each in done.answer]
    else:
        shown = _shown(project_id, listed)
    return {"bundle_id": done.written.bundle_id if done.written else None, "cells": shown}


def create_record(
    *, caller: Caller, project_id: UUID, facet: str, values: Mapping[str, Any], texts: Mapping[str, str]
) -> dict[str, Any]:
    """Make a record. Answers its id and its key."""
    row = Row({**values, **texts}, typed_columns=frozenset(texts))
    done = services.write_cells(caller=caller, project_id=project_id, table=facet, rows=[row])
    record = done.answer[0]
    rows = rows_of(Reader(project_id), facet, [record])
    return {
        "record": record,
        "key": rows[0].key if rows else "",
        "bundle_id": done.written.bundle_id if done.written else None,
    }


def delete_records(*, caller: Caller, project_id: UUID, records: Sequence[str]) -> dict[str, Any]:
    """Delete records in one bundle."""
    done = services.delete_records(caller=caller, project_id=project_id, records=records)
    return {"bundle_id": done.written.bundle_id if done.written else None}


def _shown(project_id: UUID, cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """The cells as they are shown now."""
    reader = Reader(project_id)
    roots = reader.roots(cell.record for cell in cells)
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for facet in dict.fromkeys(cell.facet for cell in cells):
        wanted = dict.fromkeys(roots[cell.record] for cell in cells if cell.facet == facet)
        for row in rows_of(reader, facet, list(wanted)):
            found[facet, row.record] = row.cells
    answer = []
    for cell in cells:
        record = roots[cell.record]
        shown = found.get((cell.facet, record), {}).get(cell.field)
        answer.append(
            {
                "record": record,
                "facet": cell.facet,
                "field": cell.field,
                "value": shown.value if shown else None,
                "text": shown.text if shown else "",
                "misfit": shown.misfit if shown else "",
                "tips": list(shown.tips) if shown else [],
            }
        )
    return answer
