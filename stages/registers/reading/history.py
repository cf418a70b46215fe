"""The history of a record: what each bundle did to it, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from stages.registers.fold.effects import Key, Subject
from stages.registers.fold.facts import RecordFacts
from stages.registers.fold.hlc import split_hlc
from stages.registers.fold.operations import Operation
from stages.registers.fold.storage import Storage
from stages.registers.reading.changes import TYPED, Change, Known, changes_of

# Pauses in typing that are shorter than this belong to one entry.
PAUSE_MS: Final = 10 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """What one person did at once, or a program within their change (`source`).

    `actor` is their public key, `until` the HLC of what is newest in it.
    """

    bundle: str
    site: str
    actor: str
    hlc: str
    until: str
    source: Mapping[str, str] | None
    changes: tuple[Change, ...]

    @property
    def at_ms(self) -> int:
        return split_hlc(self.until)[0]


@dataclass(frozen=True, slots=True)
class History:
    """Entries, the newest first; `older` is the HLC before which there are more."""

    entries: tuple[Entry, ...]
    older: str | None


def operations_of(storage: Storage, facts: RecordFacts) -> list[Operation]:
    """All operations on a record: on its entities, on the facets that are placed at it, on its edges."""
    keys = [Key("life", Subject("entity", member)) for member in facts.members]
    keys += [Key("life", Subject("facet", *facet)) for facet in sorted(facts.facets)]
    edges = sorted({edge for member in facts.members for edge in storage.edges_at(member)})
    keys += [Key("life", Subject("edge", edge)) for edge in edges]
    keys += [Key("index", edge) for edge in edges]
    found = {each.order: each for key in keys for each in storage.operations_on(key)}
    return [found[order] for order in sorted(found)]


def history_of(operations: Sequence[Operation], *, limit: int = 50, before: str | None = None) -> History:
    """What happened to a record, by all operations on it; those from `before` on are left out."""
    known = Known(operations)
    newest = reversed([each for each in known.operations if before is None or each.hlc < before])
    entries: list[Entry] = []
    for entry in _entries(known, newest):
        if entries and _joins(entries[-1], entry):
            entries[-1] = _join(entries[-1], entry)
        elif len(entries) == limit:
            return History(tuple(entries), entries[-1].hlc)
        else:
            entries.append(entry)
    return History(tuple(entries), None)


def _entries(known: Known, operations: Iterable[Operation]) -> Iterator[Entry]:
    for _bundle, group in groupby(operations, key=lambda each: (each.bundle_id, each.site, each.source)):
        listed = list(group)[::-1]
        if changes := changes_of(known, listed):
            first = listed[0]
            yield Entry(
                bundle=first.bundle_id,
                site=first.site,
                actor=first.actor_id,
                hlc=first.hlc,
                until=listed[-1].hlc,
                source=first.source,
                changes=tuple(changes),
            )


def _joins(later: Entry, earlier: Entry) -> bool:
    """Whether both are typing in one text, by one person, without a long pause."""
    if (later.actor, later.site) != (earlier.actor, earlier.site) or not _is_typing(later, earlier):
        return False
    return split_hlc(later.hlc)[0] - split_hlc(earlier.until)[0] < PAUSE_MS


def _is_typing(*entries: Entry) -> bool:
    changes = [change for entry in entries for change in entry.changes]
    return len(changes) == len(entries) and {(each.kind, each.facet, each.field) for each in changes} == {
        (TYPED, changes[0].facet, changes[0].field)
    }


def _join(later: Entry, earlier: Entry) -> Entry:
    before, after = earlier.changes[0], later.changes[0]
    change = replace(after, before=before.before, was_set=before.was_set)
    return replace(later, hlc=earlier.hlc, changes=(change,))
