"""The verifier: checks every chain, rebuilds every registered table from the events, and reports differences.

It trusts only the canonical text of events whose hashes it has recomputed. Columns that the database generates from
that text are compared with it. `audit` knows only the chain; apps above it register their tables (`audit.rebuilding`)
and checks of records that are not rebuilt from events, such as seals (`RECORD_CHECKS`). Control c02.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import Min

from audit.chain import first_prev_hash, link_hash
from audit.findings import Finding
from audit.models import SITE_CHAIN, Event
from audit.rebuilding.comparison import Rebuilding
from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import Table
from audit.services import site_id
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from kernel.registry import Registry
from kernel.transactions import one_moment

__all__ = [
    "RECORD_CHECKS",
    "ChainState",
    "Finding",
    "Verification",
    "chains",
    "verify",
    "verify_chain",
    "verify_range",
    "verify_rows",
]


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far a chain verifies: the number of events, the last `seq` and `hash` (hex), and the first finding if any.

    `dated_back` lists the `seq` of each event whose time is earlier than that of the event before it.
    """

    chain: str
    events: int
    seq: int
    hash: str
    finding: Finding | None
    dated_back: tuple[int, ...] = ()


@dataclass(slots=True)
class Verification:
    """The result of a verification: the chains, the findings, and how much was compared.

    `rows` is the number of rows compared with their events. `not_compared` counts, by table and column, the values
    that could not be compared because older events do not record them.
    """

    chains: list[ChainState] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    not_compared: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def events(self) -> int:
        return sum(state.events for state in self.chains)


RecordCheck = Callable[[], Iterator[Finding]]
TakeFact = Callable[[Fact], Finding | None]
# Checks of records that are not rebuilt from events, such as seals.
RECORD_CHECKS: Final = Registry[RecordCheck]("check of records")


def verify(chain: str | None = None) -> Verification:
    """Verify every chain, compare every table and run every registered check, all in one database snapshot.

    With `chain`, verify only that chain and the rows recorded on it; registered checks then do not run. Records of a
    broken chain are not compared, because the chain no longer proves anything; if the chain `site` is broken, no
    records are compared at all.
    """
    found = Verification()
    with one_moment():
        rebuilding = Rebuilding()
        for name in chains() if chain is None else [chain]:
            state = verify_chain(name, take=rebuilding.take)
            found.chains.append(state)
            if state.finding:
                found.findings.append(state.finding)
        broken = {finding.chain for finding in found.findings}
        if SITE_CHAIN in broken:
            return found
        found.findings += rebuilding.differences(chain, broken=broken)
        if chain is None and not broken:
            for check in RECORD_CHECKS.values():
                found.findings += check()
    found.rows, found.not_compared = rebuilding.compared, rebuilding.not_compared
    return found


def chains() -> list[str]:
    """The names of all chains: `site`, then the others in the order in which they began."""
    names = Event.objects.values("chain").annotate(first=Min("id")).order_by("first")
    return sorted((str(row["chain"]) for row in names), key=lambda name: name != SITE_CHAIN)


def verify_chain(chain: str, *, take: TakeFact | None = None) -> ChainState:
    """Recompute every link of one chain, up to the first event that is wrong; pass each verified event to `take`."""
    previous, before = first_prev_hash(chain), None
    dated_back: list[int] = []
    count = 0
    for event in Event.objects.chain(chain).iterator(chunk_size=2000):
        count += 1
        read = _read(event, chain=chain, seq=count, previous=previous)
        finding = read if isinstance(read, Finding) else take(read) if take else None
        if finding:
            return ChainState(chain, count - 1, count - 1, previous.hex(), finding, tuple(dated_back))
        if before is not None and event.at < before:
            dated_back.append(count)
        previous, before = bytes(event.hash), event.at
    return ChainState(chain, count, count, previous.hex(), None, tuple(dated_back))


def verify_range(chain: str, first: int, last: int) -> Finding | None:
    """Recompute the links of a chain from event `first` to event `last`; return the first finding, or None.

    The event before `first` is trusted, because a review covers its own range only.
    """
    before = Event.objects.filter(chain=chain, seq=first - 1).values_list("hash", flat=True).first()
    previous = first_prev_hash(chain) if before is None else bytes(before)
    seq = first
    for event in Event.objects.chain(chain).filter(seq__range=(first, last)).iterator(chunk_size=2000):
        read = _read(event, chain=chain, seq=seq, previous=previous)
        if isinstance(read, Finding):
            return read
        previous, seq = bytes(event.hash), seq + 1
    return None


def verify_rows(events: Iterable[Event], rows: Mapping[Table, Sequence[Any]]) -> Finding | None:
    """Compare some rows, by table and primary key, with the events that record them; return the first finding.

    The hash and the columns of each event are recomputed, but the events before it on its chain are trusted. A page
    calls this and adds the result of the chain's last verification.
    """
    rebuilding = Rebuilding(tuple(rows))
    for event in events:
        read = _read(event, chain=event.chain, seq=event.seq, previous=bytes(event.prev_hash))
        finding = read if isinstance(read, Finding) else rebuilding.take(read)
        if finding:
            return finding
    for table, keys in rows.items():
        for finding in rebuilding.differences_of(table, keys):
            return finding
    return None


def _read(event: Event, *, chain: str, seq: int, previous: bytes) -> Fact | Finding:
    """The event as parsed from its canonical text, or what is wrong with it."""
    what = _fault_in_link(event, seq, previous)
    record = None if what else _parsed(event.canonical)
    if isinstance(record, dict):
        what = _fault_in_record(event, record, chain)
        if what is None:
            return Fact(chain, event.seq, event.at, record)
    return Finding(f"{chain}#{event.seq}", what or str(record), chain)


def _fault_in_link(event: Event, seq: int, previous: bytes) -> str | None:
    if event.seq != seq:
        return f"event {seq} is missing: the next one found is {event.seq}"
    if bytes(event.prev_hash) != previous:
        return "does not link to the event before it"
    computed = link_hash(prev_hash=previous, seq=event.seq, at=event.at, canonical=event.canonical)
    if bytes(event.hash) != computed:
        return "its content or time was changed: the hash does not fit"
    return None


def _parsed(text: str) -> dict[str, Any] | str:
    """The parsed record, or a sentence about what is wrong with its text."""
    try:
        record = parse(text, max_depth=200)
    except ValidationFailed as error:
        return f"its text is not I-JSON: {error.detail}"
    if not isinstance(record, dict) or canonical(record) != text:
        return "its text is not in canonical form"
    return record


# The columns that Postgres generates from the canonical text, with the path of each value in it.
_GENERATED: Final = {
    "chain": ("chain",),
    "action": ("action",),
    "actor_id": ("actor", "id"),
    "target_type": ("target", "type"),
    "target_id": ("target", "id"),
    "client_ref": ("client_ref",),
    "request": ("request",),
}


def _fault_in_record(event: Event, record: dict[str, Any], chain: str) -> str | None:
    if record.get("chain") != chain:
        return "names another chain"
    if record.get("site") != site_id():
        return "names another site than this one"
    for column, path in _GENERATED.items():
        value: Any = record
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if not _is_same(getattr(event, column), value):
            return f"the column {column} was changed: its text says {value!r}"
    return None


def _is_same(stored: Any, recorded: Any) -> bool:
    """Whether both are equal; UUIDs may be written in any form that Postgres accepts."""
    if isinstance(stored, UUID) and isinstance(recorded, str):
        try:
            return stored == UUID(recorded)
        except ValueError:
            return False
    return bool(stored == recorded)
