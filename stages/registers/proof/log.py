"""Whether the log is what people signed: texts, signatures, chains of sites, certificates, events, and its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from audit.models import Event
from stages.registers.fold.bundles import Bundle, Head, check_follows, read_bundle
from stages.registers.fold.errors import Malformed
from stages.registers.models import ActorKey, Operation
from stages.registers.models import Bundle as BundleRow
from stages.registers.recorded import RECORDING, RecordedBundle, bundles_recorded
from stages.registers.storing.hashing import hashes_of

_AT_ONCE: Final = 200
# What is wrong, and the id of the bundle.
Fault = tuple[str, str]


def faults_in_log(project_id: UUID) -> Iterator[Fault]:
    """Read the log of a project, chain by chain, and compare it with its events."""
    events, doubled = _events(project_id)
    yield from ((bundle_id, "two events record it") for bundle_id in doubled)
    keys = {(bytes(each.public_key).hex(), bytes(each.site_key).hex()) for each in ActorKey.objects.all()}
    site, head = b"", Head()
    rows = BundleRow.objects.filter(project=project_id).order_by("site_key", "number").iterator(chunk_size=_AT_ONCE)
    for row in rows:
        if bytes(row.site_key) != site:
            site, head = bytes(row.site_key), Head()
        bundle, faults = _read(row, project_id, head, keys)
        faults += _faults_of_event(row, events.pop(bytes(row.hash).hex(), None))
        yield from ((str(row.bundle_id), fault) for fault in faults)
        head = bundle.head if bundle is not None else _head_of(row)
    for event in events.values():
        yield event.bundle_id, "its event is there, and it is missing"


def _events(project_id: UUID) -> tuple[dict[str, RecordedBundle], list[str]]:
    """What events say, by the hash of the bundle, and the bundles that two events record."""
    found: dict[str, RecordedBundle] = {}
    doubled = []
    recorded = Event.objects.of_project(project_id).filter(action__in=RECORDING)
    for event in recorded.iterator(chunk_size=_AT_ONCE):
        for each in bundles_recorded(event.action, event.data):
            if each.hash in found:
                doubled.append(each.bundle_id)
            found[each.hash] = each
    return found, doubled


def _faults_of_event(row: BundleRow, said: RecordedBundle | None) -> list[str]:
    if said is None:
        return ["no event records it as it is"]
    origin = bytes(row.received_from).hex() if row.received_from is not None else None
    is_row = (str(row.bundle_id), bytes(row.site_key).hex(), row.number, row.count, origin)
    if is_row != (said.bundle_id, said.site_key, said.number, said.count, said.origin):
        return ["its event says something else of it"]
    return []


def _read(row: BundleRow, project_id: UUID, head: Head, keys: set[tuple[str, str]]) -> tuple[Bundle | None, list[str]]:
    """The bundle of a row, and what is wrong with it; None where nothing can be said about what follows it."""
    operations = list(Operation.objects.filter(bundle=row).order_by("position"))
    try:
        signed = read_bundle(row.header, [(each.text, bytes(each.signature)) for each in operations])
    except Malformed as error:
        return None, [f"its texts were changed: {error}"]
    faults = []
    if signed.header.project != str(project_id):
        faults.append("it is a bundle of another project")
    if signed.hash != bytes(row.hash).hex():
        faults.append("its texts have another hash than it")
    if (at := signed.wrong_signature()) is not None:
        faults.append(f"the signature of its operation {at} does not fit")
    site = signed.header.site_key
    if any((each.actor_id, site) not in keys for each in signed.operations):
        faults.append("its site has not certified who signed it")
    try:
        bundle = check_follows(signed, head)
    except Malformed as error:
        return None, [*faults, f"it does not follow its chain: {error}"]
    return bundle, [*faults, *_faults_of_row(row, bundle), *_faults_of_operations(operations, bundle, project_id)]


def _faults_of_row(row: BundleRow, bundle: Bundle) -> list[str]:
    header, first = bundle.header, bundle.operations[0]
    found = (
        *(str(row.bundle_id), bytes(row.site_key).hex(), row.number, row.count, row.clock),
        *(bytes(row.first_hlc).hex(), str(row.first_op), bytes(row.hlc).hex(), bytes(row.actor_key).hex()),
        str(row.undoes) if row.undoes else None,
    )
    expected = (
        *(header.bundle_id, header.site_key, header.number, header.count, dict(bundle.clock)),
        *(first.hlc, first.op_id, bundle.hlc, first.actor_id, header.undoes),
    )
    return [] if found == expected else ["its row says something else than its texts"]


def _faults_of_operations(rows: list[Operation], bundle: Bundle, project_id: UUID) -> list[str]:
    for at, (row, operation) in enumerate(zip(rows, bundle.operations, strict=True)):
        found = (row.position, str(row.op_id), bytes(row.hlc).hex(), list(row.keys), row.project_id)
        if found != (at, operation.op_id, operation.hlc, hashes_of(str(project_id), operation), project_id):
            return [f"the row of its operation {row.position} says something else than its text"]
    return []


def _head_of(row: BundleRow) -> Head:
    """What a row says of itself, so that those behind one that was changed are not all named."""
    return Head(row.number, bytes(row.hash).hex(), bytes(row.hlc).hex(), row.clock)
