"""What a write answers, and what its event says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from audit.models import Event
from audit.services import Target
from kernel.statements import Statement
from projects.writing import ProjectWrite
from stages.registers.events import CHANGED, MAX_RECORDS
from stages.registers.fold.bundles import Bundle
from stages.registers.fold.increment import Increment
from stages.registers.fold.refreshing import Changes
from stages.registers.fold.since import Kept
from stages.registers.metrics import LATE, OPERATIONS
from stages.registers.models import Operation
from stages.registers.services.duplicates import DuplicateChanges


@dataclass(frozen=True, slots=True)
class Written:
    """A bundle that was written: its id and hash, the ids of its operations, what it changed, and its event.

    Where nothing had to change, nothing was written: `bundle_id` is empty then, and `event` None. `kept` is what an
    undo left as it is, because somebody else has changed it since. `repeated` is an answer that was given before.
    """

    bundle_id: str = ""
    hash: str = ""
    op_ids: tuple[str, ...] = ()
    changes: Changes = field(default_factory=Changes)
    event: Event | None = None
    kept: tuple[Kept, ...] = ()
    repeated: bool = False


def written_before(event: Event, project_id: UUID) -> Written:
    """The answer to a request that was answered before."""
    bundle_id = str(event.data["bundle_id"])
    digest = bytes.fromhex(event.data["bundle"])
    operations = Operation.objects.filter(project=project_id, bundle__hash=digest).order_by("position")
    op_ids = tuple(map(str, operations.values_list("op_id", flat=True)))
    changes = Changes(records=set(event.data["records"] or ()))
    return Written(bundle_id, event.data["bundle"], op_ids, changes, event, repeated=True)


def record_bundle(
    write: ProjectWrite,
    bundle: Bundle,
    changes: Changes,
    increment: Increment,
    *,
    duplicates: DuplicateChanges,
    reason: str | None = None,
    about: Mapping[str, Any] | None = None,
    followed_by: Sequence[Statement] = (),
) -> Event:
    """Record a bundle of this site on the chain of its project.

    `about` says in names what it did (`summarizing.about`).
    `followed_by` are the statements that write it, where they go to Postgres with the event.
    """
    header = bundle.header
    write.afterwards(OPERATIONS.labels("here").inc, header.count)
    write.afterwards(LATE.inc, changes.late)
    data = {
        "bundle": bundle.hash,
        "bundle_id": header.bundle_id,
        "site_key": header.site_key,
        "number": header.number,
        "count": header.count,
        **shown_facts([(bundle, changes)], increment, duplicates),
        "undoes": header.undoes,
        "origin": None,
    }
    if about:
        data["about"] = dict(about)
    target = Target.of("register_bundle", header.bundle_id)
    return write.record(CHANGED, target, data, reason=reason, followed_by=followed_by)


def shown_facts(
    applied: Sequence[tuple[Bundle, Changes]], increment: Increment, duplicates: DuplicateChanges
) -> dict[str, Any]:
    """What bundles that were applied mean for whoever looks: tables, records as far as they are few, conflicts."""
    records = sorted({each for _bundle, changes in applied for each in _records(changes, increment)})
    return {
        "tables": sorted(_tables([bundle for bundle, _changes in applied], records, increment)),
        "records": records if len(records) <= MAX_RECORDS else None,
        "opened": sum(len(changes.opened) for _bundle, changes in applied) + len(duplicates.opened),
        "resolved": sum(len(changes.resolved) for _bundle, changes in applied) + len(duplicates.resolved),
    }


def _records(changes: Changes, increment: Increment) -> set[str]:
    """The records that look different now: also those at the ends of edges that changed."""
    found = set(changes.records)
    for each in changes.edges:
        if edge := increment.storage.edges.get(each):
            found |= {edge.facts.source, edge.facts.target}
    return found


def _tables(bundles: Iterable[Bundle], records: Iterable[str], increment: Increment) -> set[str]:
    operations = (each for bundle in bundles for each in bundle.operations)
    found: set[Any] = {getattr(each.payload, "facet_type", None) for each in operations}
    for each in records:
        if record := increment.storage.records.get(each):
            found |= {facet for _entity, facet in record.facts.facets}
    return {each for each in found if each and ":" not in each}
