"""Operations of the log that touch many things, read at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from stages.registers.fold.clocks import Clock
from stages.registers.fold.effects import Key, Subject, keys
from stages.registers.fold.facts import RecordFacts
from stages.registers.fold.operations import Operation
from stages.registers.models import Bundle
from stages.registers.models import Operation as OperationRow
from stages.registers.reading.reader import Reader
from stages.registers.storing.bundles import operation_of_text
from stages.registers.storing.hashing import hash_key


def operations_on(project_id: UUID, wanted: Iterable[Key]) -> list[Operation]:
    """The operations that touch one of these, each once, in canonical order."""
    sought = set(wanted)
    hashes = [hash_key(str(project_id), key) for key in sought]
    rows = OperationRow.objects.filter(project_id=project_id, keys__overlap=hashes).values_list(
        "text", "bundle__site_key", "bundle__clock"
    )
    found = (operation_of_text(text, bytes(site).hex(), clock) for text, site, clock in rows.iterator())
    return sorted((each for each in found if not sought.isdisjoint(keys(each))), key=lambda each: each.order)


def operations_of_record(reader: Reader, facts: RecordFacts) -> list[Operation]:
    """All operations on a record: on its entities, on the facets that are placed at it, on its edges."""
    wanted = [Key("life", Subject("entity", member)) for member in facts.members]
    wanted += [Key("life", Subject("facet", *facet)) for facet in facts.facets]
    edges = {edge for member in facts.members for edge in reader.storage.edges_at(member)}
    wanted += [Key("life", Subject("edge", edge)) for edge in edges]
    wanted += [Key("index", edge) for edge in edges]
    return operations_on(reader.project_id, wanted)


def undoes_of(project_id: UUID, operations: Iterable[Operation]) -> dict[str, str]:
    """Of the bundles of these operations, those that took another one back, with that one."""
    bundles = {each.bundle_id for each in operations}
    rows = Bundle.objects.filter(project_id=project_id, bundle_id__in=bundles, undoes__isnull=False)
    return {str(bundle): str(undone) for bundle, undone in rows.values_list("bundle_id", "undoes")}


def clock_as_of(project_id: UUID, moment: datetime) -> dict[str, str]:
    """What this site had of each site at a time: a clock by which the registers can be folded again."""
    bundles = Bundle.objects.filter(project_id=project_id, received_at__lte=moment)
    newest = bundles.order_by("site_key", "-number").distinct("site_key").values_list("site_key", "hlc")
    return {bytes(site).hex(): bytes(hlc).hex() for site, hlc in newest}


def clock_now(reader: Reader) -> Clock:
    """The highest HLC of each site."""
    return reader.storage.clock()
