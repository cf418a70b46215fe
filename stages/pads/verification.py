"""Whether the logs of pads are what their events, their rows and their snapshots say (control c02)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.db.models import Max

from audit.findings import Finding
from audit.models import Event
from kernel.crdt.edits import apply_edits, count_units
from stages.pads.authors import Authors
from stages.pads.contributors import imported_in
from stages.pads.hashes import hash_of
from stages.pads.log import first_hash, read_credits, read_edits
from stages.pads.models import Pad, Revision, Snapshot, Writer
from stages.pads.promotion_check import NONE, Promoted, faults_of, promoted_versions
from stages.pads.stops import bursts_after, ended_bursts

_AT_ONCE: Final = 500

# The people of another site, by the revision with whose hash they are recorded.
Imported = Mapping[int, set[UUID]]
NOBODY: Final[Imported] = MappingProxyType({})


def check_records() -> Iterator[Finding]:
    """Fold every log from its beginning, and compare it with what rests on it."""
    (recorded, imported), promoted = _recorded(), promoted_versions()
    for pad in Pad.objects.order_by("id").iterator(chunk_size=_AT_ONCE):
        people = imported.get(pad.id, {})
        yield from check_pad(pad, recorded.get(pad.id, {}), promoted.pop(str(pad.id), {}), people)
    for pad_id in promoted:
        yield Finding(f"pad {pad_id}", "versions were promoted from it, and it is missing")


def check_pad(
    pad: Pad, recorded: Mapping[int, str], promoted: Promoted = NONE, imported: Imported = NOBODY
) -> Iterator[Finding]:
    """Fold one log; `recorded` are the hashes in its events, `promoted` the versions made from it, by revision.

    `imported` are the people of another site who are named with its hashes.
    """
    where, chain = f"pad {pad.id}", str(pad.project_id)
    log = FoldedLog(pad.id)
    snapshots = {
        each.revision: each for each in Snapshot.objects.filter(pad=pad.id).defer("state").order_by("revision")
    }
    yield from (Finding(where, what, chain) for what in faults_of(promoted.get(0, []), log))
    for row in Revision.objects.filter(pad=pad.id).order_by("revision").iterator(chunk_size=_AT_ONCE):
        try:
            log.append(row)
        except ValueError as error:
            yield Finding(where, f"revision {row.revision} was changed: {error}", chain)
            return
        log.changed_by |= imported.get(row.revision, set())
        if recorded.get(row.revision, log.hash.hex()) != log.hash.hex():
            yield Finding(where, f"the log up to revision {row.revision} is not what was recorded", chain)
        if row.revision in snapshots and not log.is_at(snapshots[row.revision]):
            yield Finding(where, f"the snapshot of revision {row.revision} has another text or other authors", chain)
        yield from (Finding(where, what, chain) for what in faults_of(promoted.get(row.revision, []), log))
    if unknown := [revision for revision in recorded if revision > log.revision]:
        yield Finding(where, f"revision {max(unknown)} was recorded, and is missing", chain)
    if unknown := [revision for revision in promoted if revision > log.revision]:
        yield Finding(where, f"revision {max(unknown)} was promoted, and is missing", chain)
    yield from (Finding(where, what, chain) for what in (*_faults_of_row(pad, log), *_faults_of_bursts(pad)))


def _faults_of_bursts(pad: Pad) -> Iterator[str]:
    """The bursts that are kept for its history are those with which its log begins; the last one may still grow."""
    if kept := ended_bursts(pad.id):
        ended = bursts_after(pad.id, 0)[:-1]
        for number, burst in enumerate(kept):
            if burst not in ended[number : number + 1]:
                yield f"the burst of revisions {burst.first} to {burst.last} that its history keeps is not in its log"
                return


def _faults_of_row(pad: Pad, log: FoldedLog) -> Iterator[str]:
    if (pad.head, bytes(pad.log_hash)) != (log.revision, log.hash):
        yield "its row names another end of its log"
    if (pad.epoch, pad.length, pad.size) != (log.epoch, count_units(log.text), len(log.text.encode())):
        yield "its row has another length or epoch than its text"
    newest = Writer.objects.filter(pad=pad.id).aggregate(newest=Max("number"))["newest"] or 0
    if pad.next_writer <= newest:
        yield f"it would give the number of writer {newest} again"


@dataclass(slots=True)
class FoldedLog:
    """A log read from its beginning."""

    pad_id: UUID
    revision: int = 0
    epoch: int = 1
    text: str = ""
    hash: bytes = b""
    authors: Authors = field(default_factory=Authors)
    # The accounts of writers, and who changed the text.
    users: dict[int, UUID | None] = field(default_factory=dict)
    changed_by: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hash = first_hash(self.pad_id)

    def append(self, row: Revision) -> None:
        """Go on by one revision. Raises `ValueError` where it cannot follow."""
        if row.revision != self.revision + 1:
            raise ValueError(f"revision {self.revision + 1} is missing")
        edits, credited = read_edits(row.edits), read_credits(row.credits)
        self.authors.apply(edits, row.writer, credited)
        self.text = apply_edits(self.text, edits)
        self.hash = hash_of(self.hash, row)
        self.users[row.writer] = row.user_id
        if edits and row.user_id is not None:
            self.changed_by.add(row.user_id)
        self.revision, self.epoch = row.revision, row.epoch
        if self.authors.length != row.length:
            raise ValueError("the text after it has another length")

    def is_at(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot of this revision says what the log says."""
        return snapshot.text == self.text and bytes(snapshot.authors) == self.authors.dumps()


def _recorded() -> tuple[dict[UUID, dict[int, str]], dict[UUID, dict[int, set[UUID]]]]:
    """The hashes in events, by pad and revision, and the people who are named with them."""
    hashes: dict[UUID, dict[int, str]] = defaultdict(dict)
    imported: dict[UUID, dict[int, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    for event in Event.objects.filter(action="pad.recorded").order_by("id").iterator(chunk_size=_AT_ONCE):
        pad_id, revision = UUID(event.data["pad_id"]), event.data["revision"]
        hashes[pad_id][revision] = event.data["log_hash"]
        if people := imported_in(event.data):
            imported[pad_id][revision] |= people
    return hashes, imported
