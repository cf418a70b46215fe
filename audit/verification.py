"""The verifier: walk every chain, then every record that an event describes, and name the first thing that is wrong.

`audit` knows only the chain. Apps above register a check of their own records (`register`), so that a byte changed in a
draft or a blob is found as surely as one changed in an event (control c02).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Min

from audit.canonical import canonical
from audit.chain import first_prev_hash, link_hash
from audit.errors import ValidationFailed
from audit.ijson import parse
from audit.models import Event


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where (`chain#seq`, or a record's name) and what."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far a chain verifies: its length, its newest `seq` and `hash` (hex), and the first finding if any."""

    chain: str
    events: int
    seq: int
    hash: str
    finding: Finding | None


RecordCheck = Callable[[], Iterator[Finding]]
_record_checks: dict[str, RecordCheck] = {}


def register(name: str, check: RecordCheck) -> None:
    """Add a check of records outside the chain; called once from an app's `ready()`."""
    _record_checks[name] = check


def chains() -> list[str]:
    """The names of all chains, in the order in which they began."""
    names = Event.objects.values("chain").annotate(first=Min("id")).order_by("first")
    return [row["chain"] for row in names]


def verify_chain(chain: str) -> ChainState:
    """Recompute every link of one chain and stop at the first event that does not fit."""
    previous = first_prev_hash(chain)
    count = 0
    for event in Event.objects.chain(chain).iterator(chunk_size=2000):
        count += 1
        what = _fault(event, chain=chain, seq=count, previous=previous)
        if what:
            finding = Finding(f"{chain}#{event.seq}", what)
            return ChainState(chain, count - 1, count - 1, previous.hex(), finding)
        previous = bytes(event.hash)
    return ChainState(chain, count, count, previous.hex(), None)


def verify_range(chain: str, first: int, last: int) -> Finding | None:
    """Recompute the links of a chain from event `first` to event `last`; what is wrong with the first misfit.

    The one before `first` is believed: whoever reviews a range answers for the range.
    """
    before = Event.objects.filter(chain=chain, seq=first - 1).values_list("hash", flat=True).first()
    previous = first_prev_hash(chain) if before is None else bytes(before)
    seq = first
    for event in Event.objects.chain(chain).filter(seq__range=(first, last)).iterator(chunk_size=2000):
        what = _fault(event, chain=chain, seq=seq, previous=previous)
        if what:
            return Finding(f"{chain}#{event.seq}", what)
        previous, seq = bytes(event.hash), seq + 1
    return None


def verify_records() -> Iterator[Finding]:
    """What the registered checks find, app by app."""
    for name in sorted(_record_checks):
        yield from _record_checks[name]()


def _fault(event: Event, *, chain: str, seq: int, previous: bytes) -> str | None:
    if event.seq != seq:
        return f"event {seq} is missing: the next one found is {event.seq}"
    if bytes(event.prev_hash) != previous:
        return "does not link to the event before it"
    computed = link_hash(prev_hash=previous, seq=event.seq, at=event.at, canonical=event.canonical)
    if bytes(event.hash) != computed:
        return "its content or time was changed: the hash does not fit"
    return _fault_in_text(event.canonical, chain)


def _fault_in_text(text: str, chain: str) -> str | None:
    try:
        record = parse(text, max_depth=200)
    except ValidationFailed as error:
        return f"its text is not I-JSON: {error.detail}"
    if canonical(record) != text:
        return "its text is not in canonical form"
    if not isinstance(record, dict) or record.get("chain") != chain:
        return "names another chain"
    return None
