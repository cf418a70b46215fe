"""Records, links, operations and conflicts as REST shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from stages.registers import models
from stages.registers.fold.effects import Key, Write
from stages.registers.fold.hlc import split_hlc
from stages.registers.fold.operations import Operation
from stages.registers.fold.tips import tips_of_texts
from stages.registers.fold.views import Conflict, Record, raw_fields, values_of
from stages.registers.reading.actors import Actors
from stages.registers.reading.causes import Caused
from stages.registers.reading.reader import Reader
from stages.registers.reading.rows import GridRow
from stages.registers.schema.keys import key_of


def row_body(row: GridRow) -> dict[str, Any]:
    """A record in a table. Columns of links are left out: they are edges."""
    cells = {name: cell for name, cell in row.cells.items() if not name.startswith(":")}
    return {
        "id": row.record,
        "key": row.key,
        "values": {name: cell.value for name, cell in cells.items()},
        "tips": {name: list(cell.tips) for name, cell in cells.items() if cell.tips},
        "misfits": {name: cell.misfit for name, cell in cells.items() if cell.misfit},
        "conflicts": [name for name, cell in cells.items() if cell.in_conflict],
    }


def record_body(reader: Reader, record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "key": key_of(reader.schema, record),
        "is_deleted": not record.alive,
        "members": list(record.facts.members),
        "tables": {
            facet: {
                name: {"value": shown.value, "tips": [tip_body(tip) for tip in shown.tips]}
                for name, shown in sorted(fields.items())
            }
            for facet, fields in record.fields.items()
        },
        "texts": {facet: dict(texts) for facet, texts in record.texts.items()},
        "conflicts": [conflict_part(each) for each in record.conflicts],
    }


def tip_body(tip: Write) -> dict[str, Any]:
    """A value that an operation wrote: who, where, when."""
    return {
        "op_id": tip.op_id,
        "value": tip.value,
        "actor": tip.actor_id,
        "site": tip.site,
        "hlc": tip.hlc,
        "at": time_of(tip.hlc),
    }


def conflict_part(conflict: Conflict) -> dict[str, Any]:
    return {
        "kind": conflict.kind,
        "subject": conflict.subject,
        "table": conflict.facet,
        "field": conflict.field,
        "values": list(conflict.values),
    }


def edge_body(edge: models.Edge) -> dict[str, Any]:
    return {
        "id": str(edge.id),
        "type": edge.type or None,
        "source": str(edge.source),
        "target": str(edge.target),
        "index": edge.index,
        "properties": edge.properties,
    }


def operation_bodies(operations: Iterable[Operation], actors: Actors) -> list[dict[str, Any]]:
    listed = list(operations)
    actors.prefetch(each.actor_id for each in listed)
    return [
        {
            "op_id": each.op_id,
            "bundle_id": each.bundle_id,
            "hlc": each.hlc,
            "at": time_of(each.hlc),
            "site": each.site,
            "actor": each.actor_id,
            "name": actors.get(each.actor_id).name,
            "source": dict(each.source) if each.source else None,
            "payload": each.payload.to_json(),
        }
        for each in listed
    ]


def caused_bodies(listed: Iterable[Caused], actors: Actors) -> list[dict[str, Any]]:
    found = list(listed)
    operations = operation_bodies((each.operation for each in found), actors)
    return [
        {
            "table": each.table,
            "field": each.field or None,
            "source": operation["source"],
            "called": each.cause.name,
            "is_gone": each.cause.is_gone,
            "address": each.cause.address,
            "operation": operation,
        }
        for each, operation in zip(found, operations, strict=True)
    ]


def bundle_body(bundle: models.Bundle) -> dict[str, Any]:
    return {
        "bundle_id": str(bundle.bundle_id),
        "hash": bytes(bundle.hash).hex(),
        "site": bytes(bundle.site_key).hex(),
        "number": bundle.number,
        "actor": bytes(bundle.actor_key).hex(),
        "hlc": bytes(bundle.hlc).hex(),
        "count": bundle.count,
        "undoes": str(bundle.undoes) if bundle.undoes else None,
        "received_at": bundle.received_at,
        "header": bundle.header,
    }


def conflict_body(reader: Reader, conflict: models.Conflict) -> dict[str, Any]:
    """What waits for a decision, with the values that stand side by side now."""
    return {
        "id": str(conflict.id),
        "kind": conflict.kind,
        "subject": str(conflict.subject),
        "table": conflict.facet,
        "field": conflict.field,
        "values": conflict.values,
        "tips": [tip_body(tip) for tip in tips_of(reader, conflict)],
        "opened_at": conflict.opened_at,
        "resolved_at": conflict.resolved_at,
    }


def tips_of(reader: Reader, conflict: models.Conflict) -> tuple[Write, ...]:
    """The writes that stand side by side in the field of a record, or in the property of a link."""
    subject = str(conflict.subject)
    if conflict.kind not in ("field", "text") or conflict.resolved_at is not None:
        return ()
    record = reader.storage.records.get(subject)
    if conflict.kind == "text":
        return _tips_of_text(reader, record, conflict) if record is not None else ()
    if record is not None:
        shown = record.fields.get(conflict.facet, {}).get(conflict.field)
        if shown is None:
            others = (fields.get(conflict.field) for fields in record.fields.values())
            shown = next((each for each in others if each is not None), None)
        return shown.tips if shown else ()
    edge = reader.storage.edges.get(subject)
    return values_of(edge.facts.tips.get(conflict.field, ())) if edge is not None else ()


def _tips_of_text(reader: Reader, record: Record, conflict: models.Conflict) -> tuple[Write, ...]:
    raws = raw_fields(record.facts, conflict.facet, conflict.field, reader.classes)
    texts = {raw: record.facts.texts.get(raw, "") for raw in raws}
    return tips_of_texts(texts, lambda field: reader.storage.operations_on(Key("text", field)))


def time_of(hlc: str) -> str:
    """RFC 3339 of the time of an HLC, in milliseconds."""
    milliseconds, _counter = split_hlc(hlc)
    try:
        time = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
