"""Events of bundles as the engine's clients know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from accounts.callers import Caller
from stages.registers.catalogue import is_system
from stages.registers.models import Bundle, Conflict, Operation, Row
from stages.registers.overlays.drift import drifts_of
from stages.registers.overlays.views import active_overlay, payloads_of
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage


def events_of(caller: Caller, project_id: UUID, data: dict[str, Any]) -> list[dict[str, Any]]:
    """What the members of `register.changed` or `register.ingested` say: records, conflicts, and drift of the caller's
    active overlay.
    """
    bundles = list(_bundles(project_id, data))
    if not bundles:
        return []
    found = [*_records(project_id, bundles, data), *_conflicts(project_id, bundles)]
    drift = _drift(caller, project_id)
    return [*found, drift] if drift else found


def _bundles(project_id: UUID, data: dict[str, Any]) -> Iterable[Bundle]:
    """The bundle that was written here, or those that came of another site's chain."""
    stored = Bundle.objects.filter(project=project_id)
    if "bundle" in data:
        return stored.filter(hash=bytes.fromhex(data["bundle"]))
    return stored.filter(site_key=bytes.fromhex(data["site"]), number__range=data["numbers"])


def _records(project_id: UUID, bundles: Sequence[Bundle], data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """For each table the records that changed in it; those that are in none any more in each table of the bundles."""
    records: list[str] = data["records"] or []
    if data["records"] is None:
        named = Operation.objects.filter(bundle__in=bundles, entity__isnull=False).values_list("entity", flat=True)
        records = [str(each) for each in named.order_by("entity").distinct()]
    tables: dict[str, set[str]] = defaultdict(set)
    rows = Row.objects.filter(project=project_id, record__in=records).values_list("facet", "record")
    for facet, record in rows:
        tables[facet].add(str(record))
    shown = {record for each in tables.values() for record in each}
    for facet in data["tables"]:
        tables[facet].update(set(records) - shown)
    for facet, ids in sorted(tables.items()):
        if not is_system(facet) and ids:
            yield {"type": "records_changed", "table": facet, "entity_ids": sorted(ids)}


def _conflicts(project_id: UUID, bundles: Sequence[Bundle]) -> Iterator[dict[str, Any]]:
    for kind, which in (("conflict_opened", "opened_by"), ("conflict_resolved", "resolved_by")):
        for each in Conflict.objects.filter(project=project_id, **{f"{which}__in": bundles}):
            yield {"type": kind, "entity_id": str(each.subject), "field": each.field}


def _drift(caller: Caller, project_id: UUID) -> dict[str, Any] | None:
    overlay = active_overlay(caller.user, project_id)
    if overlay is None or not overlay.steps:
        return None
    increment = StoredIncrement(PostgresStorage(project_id))
    drifts = drifts_of(increment, payloads_of(overlay), overlay.bases)
    if not drifts:
        return None
    return {"type": "overlay_drift", "overlay_id": str(overlay.id), "fields": [each.body() for each in drifts]}
