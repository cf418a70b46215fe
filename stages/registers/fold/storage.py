"""Where operations, derived state and documents are kept: the interface that the increment works on, and one in memory.

The log is only ever appended to. Tables of derived state hold what can be computed from it again. Another storage reads
rows when they are asked for, or together by `prefetch`, and writes those that were set at the end of its transaction.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from stages.registers.fold.bundles import Bundle, Head
from stages.registers.fold.clocks import Clock, covers
from stages.registers.fold.effects import Field, Key, Pair, Subject, Write, keys
from stages.registers.fold.facts import Ends, MappingFacts, Tips
from stages.registers.fold.lives import Life
from stages.registers.fold.operations import Operation, Order
from stages.registers.fold.views import Edge, Record

if TYPE_CHECKING:
    from stages.registers.fold.stored_documents import StoredDocument

K = TypeVar("K")
V = TypeVar("V")


class Table(Protocol[K, V]):
    """Rows of derived state by their key."""

    def get(self, key: K) -> V | None: ...

    def set(self, key: K, value: V) -> None: ...

    def remove(self, key: K) -> None: ...

    def items(self) -> Iterable[tuple[K, V]]: ...

    def prefetch(self, wanted: Iterable[K]) -> None:
        """Read these rows at once, where reading each by itself is slow."""


class Log(Protocol):
    """The operations of one project, append-only."""

    def append(self, bundle: Bundle) -> bool:
        """Keep a bundle; False where it is known already."""

    def head(self, site: str) -> Head:
        """The newest bundle of a site, or a `Head` with the number 0."""

    def clock(self) -> Clock:
        """The highest HLC of each site."""

    def bundle(self, bundle_id: str) -> Bundle | None:
        """The bundle with this id; of several, the canonically first."""

    def by_range(self, after: Order | None = None, until: Order | None = None) -> Iterator[Operation]:
        """Operations in canonical order, from behind `after` up to `until` inclusive; None is no bound."""

    def by_actor(self, actor_id: str) -> list[Bundle]:
        """The bundles whose first operation is of an actor, in canonical order."""

    def operations_on(self, key: Key) -> list[Operation]:
        """The operations that touch something (`effects.keys`), in canonical order."""

    def lacking(self, clock: Clock) -> list[Bundle]:
        """The bundles that somebody with this clock has not got, in canonical order."""


class Derived(Protocol):
    """The tables of derived state of one project, and what is found in them by something else than the key."""

    @property
    def fields(self) -> Table[Field, Tips]: ...

    @property
    def lives(self) -> Table[Subject, Life]: ...

    @property
    def ends(self) -> Table[str, Ends]: ...

    @property
    def indexes(self) -> Table[str, Write]: ...

    @property
    def mappings(self) -> Table[Pair, MappingFacts]: ...

    @property
    def documents(self) -> Table[Field, StoredDocument]: ...

    @property
    def records(self) -> Table[str, Record]: ...

    @property
    def edges(self) -> Table[str, Edge]: ...

    def fields_of(self, entity: str, facet: str) -> list[Field]:
        """The raw fields of a facet at an entity that have values or texts."""

    def facets_of(self, entity: str) -> list[str]:
        """The facets that were ever attached to, edited at or detached from an entity."""

    def entities_with(self, facet: str) -> list[str]:
        """The entities that have a life of this facet, in the sense of `facets_of`."""

    def edges_at(self, entity: str) -> list[str]:
        """The edges that have this entity as an end."""


class Storage(Log, Derived, Protocol):
    """All of it."""

    def fork(self) -> Storage:
        """One that goes on from here by itself, and is never written."""


class MemoryTable(Generic[K, V]):
    """Rows in a dictionary; `on_set` is called with each row that is set, and the one that it replaces."""

    def __init__(self, on_set: Callable[[K, V, V | None], None] | None = None) -> None:
        self._rows: dict[K, V] = {}
        self._on_set = on_set

    def get(self, key: K) -> V | None:
        return self._rows.get(key)

    def set(self, key: K, value: V) -> None:
        if self._on_set:
            self._on_set(key, value, self._rows.get(key))
        self._rows[key] = value

    def remove(self, key: K) -> None:
        self._rows.pop(key, None)

    def items(self) -> Iterable[tuple[K, V]]:
        return self._rows.items()

    def prefetch(self, wanted: Iterable[K]) -> None:
        """Everything is here."""

    def copy_from(self, other: MemoryTable[K, V]) -> None:
        self._rows.update(other.items())


class MemoryLog:
    """A log in memory."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._bundles: list[Bundle] = []
        self._operations: list[Operation] = []
        self._by_key: dict[Key, list[Operation]] = defaultdict(list)
        self._heads: dict[str, Head] = {}

    def append(self, bundle: Bundle) -> bool:
        if bundle.hash in self._known:
            return False
        self._known.add(bundle.hash)
        insort(self._bundles, bundle, key=_order_of_bundle)
        for operation in bundle.operations:
            insort(self._operations, operation, key=_order)
            for key in dict.fromkeys(keys(operation)):
                insort(self._by_key[key], operation, key=_order)
        site = bundle.header.site_key
        if bundle.header.number > self.head(site).number:
            self._heads[site] = bundle.head
        return True

    def head(self, site: str) -> Head:
        return self._heads.get(site, Head())

    def clock(self) -> Clock:
        return {site: head.hlc for site, head in self._heads.items()}

    def bundle(self, bundle_id: str) -> Bundle | None:
        return next((each for each in self._bundles if each.header.bundle_id == bundle_id), None)

    def by_range(self, after: Order | None = None, until: Order | None = None) -> Iterator[Operation]:
        first = 0 if after is None else bisect_right(self._operations, after, key=_order)
        last = len(self._operations) if until is None else bisect_right(self._operations, until, key=_order)
        return iter(self._operations[first:last])

    def by_actor(self, actor_id: str) -> list[Bundle]:
        return [each for each in self._bundles if each.operations[0].actor_id == actor_id]

    def operations_on(self, key: Key) -> list[Operation]:
        return list(self._by_key.get(key, ()))

    def lacking(self, clock: Clock) -> list[Bundle]:
        return [each for each in self._bundles if not covers(clock, each.header.site_key, each.hlc)]

    def copy_log_into(self, other: MemoryLog) -> None:
        other.take_log(self._known, self._bundles, self._operations, self._by_key, self._heads)

    def take_log(
        self,
        known: set[str],
        bundles: list[Bundle],
        operations: list[Operation],
        by_key: Mapping[Key, list[Operation]],
        heads: Mapping[str, Head],
    ) -> None:
        """Have what another log has, in its order; for one that has nothing yet."""
        self._known.update(known)
        self._bundles += bundles
        self._operations += operations
        self._by_key.update({key: list(each) for key, each in by_key.items()})
        self._heads.update(heads)


class Indexes:
    """What is found in derived state by something else than the key, noted as rows come to be known or are set."""

    def __init__(self) -> None:
        self._fields_of: dict[tuple[str, str], set[Field]] = defaultdict(set)
        self._facets_of: dict[str, set[str]] = defaultdict(set)
        self._entities_with: dict[str, set[str]] = defaultdict(set)
        self._edges_at: dict[str, set[str]] = defaultdict(set)

    def fields_of(self, entity: str, facet: str) -> list[Field]:
        return sorted(self._fields_of.get((entity, facet), ()))

    def facets_of(self, entity: str) -> list[str]:
        return sorted(self._facets_of.get(entity, ()))

    def entities_with(self, facet: str) -> list[str]:
        return sorted(self._entities_with.get(facet, ()))

    def edges_at(self, entity: str) -> list[str]:
        return sorted(self._edges_at.get(entity, ()))

    def copy_indexes_into(self, other: Indexes) -> None:
        for name in ("_fields_of", "_facets_of", "_entities_with", "_edges_at"):
            getattr(other, name).update({key: set(each) for key, each in getattr(self, name).items()})

    def _note_field(self, field: Field, _row: object, before: object) -> None:
        if before is None:
            self._fields_of[field.entity, field.facet].add(field)

    def _note_life(self, subject: Subject, _life: Life, before: Life | None) -> None:
        if subject.kind == "facet" and before is None:
            self._facets_of[subject.id].add(subject.facet)
            self._entities_with[subject.facet].add(subject.id)

    def _note_ends(self, edge: str, ends: Ends, before: Ends | None) -> None:
        if before is not None:
            self._edges_at[before.source].discard(edge)
            self._edges_at[before.target].discard(edge)
        self._edges_at[ends.source].add(edge)
        self._edges_at[ends.target].add(edge)


class MemoryStorage(Indexes, MemoryLog):
    """A project's log and derived state in memory."""

    def __init__(self) -> None:
        Indexes.__init__(self)
        MemoryLog.__init__(self)
        self.fields: MemoryTable[Field, Tips] = MemoryTable(self._note_field)
        self.lives: MemoryTable[Subject, Life] = MemoryTable(self._note_life)
        self.ends: MemoryTable[str, Ends] = MemoryTable(self._note_ends)
        self.indexes: MemoryTable[str, Write] = MemoryTable()
        self.mappings: MemoryTable[Pair, MappingFacts] = MemoryTable()
        self.documents: MemoryTable[Field, StoredDocument] = MemoryTable(self._note_field)
        self.records: MemoryTable[str, Record] = MemoryTable()
        self.edges: MemoryTable[str, Edge] = MemoryTable()

    def fork(self) -> MemoryStorage:
        other = MemoryStorage()
        self.copy_log_into(other)
        self.copy_indexes_into(other)
        for name, table in vars(self).items():
            if isinstance(table, MemoryTable):
                getattr(other, name).copy_from(table)
        return other


def _order(operation: Operation) -> Order:
    return operation.order


def _order_of_bundle(bundle: Bundle) -> Order:
    return bundle.operations[0].order
