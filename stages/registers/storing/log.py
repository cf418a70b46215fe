"""The log in Postgres: bundles that were read, and those that are added before they are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from kernel.statements import Rows, Statement, run
from stages.registers.fold.bundles import Bundle, Head
from stages.registers.fold.clocks import Clock, covers
from stages.registers.fold.effects import IDENTITY, Key, keys
from stages.registers.fold.operations import Operation, Order
from stages.registers.storing.bundles import (
    StoredBundle,
    operation_of_text,
    operations_of,
    read_bundle_row,
)
from stages.registers.storing.hashing import has_key, hash_key
from stages.registers.storing.spelling import of_text

# One bundle of each site, found without reading the others.
_HEADS: Final = """
WITH RECURSIVE sites AS (
    (SELECT site_key FROM registers_bundle WHERE project_id = %s ORDER BY site_key LIMIT 1)
    UNION ALL
    SELECT (SELECT bundle.site_key FROM registers_bundle AS bundle
        WHERE bundle.project_id = %s AND bundle.site_key > sites.site_key ORDER BY bundle.site_key LIMIT 1)
    FROM sites WHERE sites.site_key IS NOT NULL
)
SELECT sites.site_key, newest.number, newest.hash, newest.hlc, newest.clock FROM sites, LATERAL (
    SELECT number, hash, hlc, clock FROM registers_bundle AS bundle
    WHERE bundle.project_id = %s AND bundle.site_key = sites.site_key ORDER BY number DESC LIMIT 1
) AS newest
"""
_KNOWN: Final = "SELECT hash FROM registers_bundle WHERE project_id = %s AND hash = ANY(%s)"
# Mostly there is none: looking up bundles by themselves takes less planning than a join.
_ON_KEY: Final = """
SELECT operation.text,
    (SELECT bundle.site_key FROM registers_bundle AS bundle WHERE bundle.arrival = operation.bundle_id),
    (SELECT bundle.clock FROM registers_bundle AS bundle WHERE bundle.arrival = operation.bundle_id),
    operation.bundle_id
FROM registers_operation AS operation
WHERE operation.project_id = %s AND operation.keys @> ARRAY[%s]::bigint[] AND operation.bundle_id <= %s
"""
_ON_KEYS: Final = """
SELECT operation.text, bundle.site_key, bundle.clock, bundle.arrival
FROM registers_operation AS operation JOIN registers_bundle AS bundle ON bundle.arrival = operation.bundle_id
WHERE operation.project_id = %s AND operation.keys && %s::bigint[] AND operation.bundle_id <= %s
ORDER BY operation.hlc, operation.op_id, bundle.site_key
"""
_RANGE: Final = """
SELECT operation.text, bundle.site_key, bundle.clock, bundle.arrival
FROM registers_operation AS operation JOIN registers_bundle AS bundle ON bundle.arrival = operation.bundle_id
WHERE operation.project_id = %s AND (operation.hlc, operation.op_id, bundle.site_key) > (%s, %s, %s)
    AND operation.hlc >= %s AND operation.hlc <= %s
ORDER BY operation.hlc, operation.op_id, bundle.site_key LIMIT %s
"""
_BY_ID: Final = """
SELECT arrival, header, hash, site_key, clock, hlc, first_hlc, first_op FROM registers_bundle
WHERE project_id = %s AND bundle_id = %s ORDER BY first_hlc, first_op, site_key LIMIT 1
"""
_BY_ACTOR: Final = """
SELECT arrival, header, hash, site_key, clock, hlc, first_hlc, first_op FROM registers_bundle
WHERE project_id = %s AND actor_key = %s ORDER BY first_hlc, first_op, site_key
"""
_ALL: Final = """
SELECT arrival, header, hash, site_key, clock, hlc, first_hlc, first_op FROM registers_bundle
WHERE project_id = %s ORDER BY first_hlc, first_op, site_key
"""
_EVERY: Final = 2**63 - 1
_FIRST: Final[Order] = ("", "00000000-0000-0000-0000-000000000000", "")
_LAST_HLC: Final = b"\xff" * 12
_AT_ONCE: Final = 2_000
_KEYS_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Arrived:
    """A bundle with when it came, and the key of the site that sent it; None for one that was written here."""

    bundle: Bundle
    at: datetime
    sender: str | None


class PostgresLog:
    """The log of a project. What is appended is written by `flushing`, and found here before.

    `received_at` and `received_from` are noted with what is appended. `horizon` is the arrival beyond which nothing
    has come yet, while a log is read again.
    """

    def __init__(self, project_id: UUID) -> None:
        self.project_id = project_id
        self.received_at: datetime | None = None
        self.received_from: str | None = None
        self.horizon = _EVERY
        self.pending: list[Arrived] = []
        self._pending_on: dict[Key, list[Operation]] = defaultdict(list)
        # How many of those that wait are in it: most are written without anybody looking for them.
        self._indexed = 0
        self._stored_on: dict[Key, list[Operation]] = {}
        self._known: dict[str, bool] = {}
        self._heads: dict[str, Head] | None = None
        self._identity: list[Operation] | None = None

    def expect(self, hashes: Collection[str], *, known: bool | None = None) -> None:
        """Ask at once which bundles are here already; with `known` it is not asked."""
        if known is None:
            wanted = [bytes.fromhex(each) for each in hashes]
            here = {bytes(found).hex() for (found,) in run((_KNOWN, [self.project_id, wanted]))}
            self._known.update({each: each in here for each in hashes})
        else:
            self._known.update(dict.fromkeys(hashes, known))

    def is_known(self, digest: str) -> bool:
        """Whether a bundle is here already, by its hash."""
        if digest not in self._known:
            self.expect([digest])
        return self._known[digest]

    def append(self, bundle: Bundle) -> bool:
        if self.is_known(bundle.hash):
            return False
        self._known[bundle.hash] = True
        self.operations_on(IDENTITY)
        self.pending.append(Arrived(bundle, self.received_at or timezone.now(), self.received_from))
        self._advance(bundle)
        return True

    def _advance(self, bundle: Bundle) -> None:
        site = bundle.header.site_key
        if bundle.header.number > self.head(site).number:
            self.heads[site] = bundle.head

    @property
    def heads(self) -> dict[str, Head]:
        """The newest bundle of each site."""
        if self._heads is None:
            self.take_heads(run(self.heads_query))
        assert self._heads is not None
        return self._heads

    @property
    def heads_query(self) -> Statement:
        return _HEADS, [self.project_id] * 3

    def take_heads(self, rows: Rows) -> None:
        self._heads = {}
        for site, number, digest, hlc, clock in rows:
            head = Head(number, bytes(digest).hex(), bytes(hlc).hex(), of_text(clock))
            self._heads[bytes(site).hex()] = head

    @property
    def identity_query(self) -> Statement:
        return self._query_on(IDENTITY)

    def take_identity(self, rows: Rows) -> None:
        """The merges and splits that are stored, before anything is appended."""
        self._identity = sorted((each for each in read_operations(rows) if has_key(each, IDENTITY)), key=_order)

    def _query_on(self, key: Key) -> Statement:
        return _ON_KEY, [self.project_id, hash_key(str(self.project_id), key), self.horizon]

    def head(self, site: str) -> Head:
        return self.heads.get(site, Head())

    def clock(self) -> Clock:
        return {site: head.hlc for site, head in self.heads.items()}

    def bundle(self, bundle_id: str) -> Bundle | None:
        rows = run((_BY_ID, [self.project_id, UUID(bundle_id)]))
        found = [*map(read_bundle_row, rows), *self._pending_bundles(lambda each: each.header.bundle_id == bundle_id)]
        return min(found, key=_order_of_bundle, default=None)

    def by_actor(self, actor_id: str) -> list[Bundle]:
        rows = run((_BY_ACTOR, [self.project_id, bytes.fromhex(actor_id)]))
        pending = self._pending_bundles(lambda each: each.operations[0].actor_id == actor_id)
        return sorted([*map(read_bundle_row, rows), *pending], key=_order_of_bundle)

    def lacking(self, clock: Clock) -> list[Bundle]:
        rows = map(read_bundle_row, run((_ALL, [self.project_id])))
        stored: list[StoredBundle] = [each for each in rows if not covers(clock, each.site, each.hlc)]
        operations_of(stored)
        pending = self._pending_bundles(lambda each: not covers(clock, each.header.site_key, each.hlc))
        return sorted([*stored, *pending], key=_order_of_bundle)

    def by_range(self, after: Order | None = None, until: Order | None = None) -> Iterator[Operation]:
        at = after or _FIRST
        pending = iter(sorted((each for arrived in self.pending for each in arrived.bundle.operations), key=_order))
        waiting = next((each for each in pending if each.order > at), None)
        for stored in self._stored_range(at, until):
            while waiting is not None and waiting.order < stored.order:
                yield waiting
                waiting = next(pending, None)
            yield stored
        while waiting is not None and (until is None or waiting.order <= until):
            yield waiting
            waiting = next(pending, None)

    def _stored_range(self, at: Order, until: Order | None) -> Iterator[Operation]:
        """A page at a time, so that nothing is held but one of them."""
        last = _LAST_HLC if until is None else bytes.fromhex(until[0])
        while True:
            hlc, op_id, site = at
            begin = bytes.fromhex(hlc)
            values = [self.project_id, begin, UUID(op_id), bytes.fromhex(site), begin, last, _AT_ONCE]
            page = read_operations(run((_RANGE, values)))
            for operation in page:
                if until is not None and operation.order > until:
                    return
                yield operation
            if len(page) < _AT_ONCE:
                return
            at = page[-1].order

    def prefetch_operations(self, wanted: Iterable[Key]) -> None:
        """Read the operations that touch any of these at once."""
        project = str(self.project_id)
        missing = {key for key in wanted if key not in self._stored_on}
        self._stored_on.update({key: [] for key in missing})
        numbers = [hash_key(project, key) for key in missing]
        for at in range(0, len(numbers), _KEYS_AT_ONCE):
            some = numbers[at : at + _KEYS_AT_ONCE]
            for operation in read_operations(run((_ON_KEYS, [self.project_id, some, self.horizon]))):
                for key in missing.intersection(keys(operation)):
                    if not (found := self._stored_on[key]) or found[-1].order != operation.order:
                        found.append(operation)

    def operations_on(self, key: Key) -> list[Operation]:
        if key.kind != "identity":
            return self._operations_on(key)
        if self._identity is None:
            self._identity = self._operations_on(key)
        return self._identity

    def _operations_on(self, key: Key) -> list[Operation]:
        stored = self._stored_on.get(key)
        if stored is None:
            read = read_operations(run(self._query_on(key)))
            stored = [each for each in read if has_key(each, key)]
        return sorted([*stored, *self._pending_operations(key)], key=_order)

    def _pending_operations(self, key: Key) -> Sequence[Operation]:
        for arrived in self.pending[self._indexed :]:
            for operation in arrived.bundle.operations:
                for each in dict.fromkeys(keys(operation)):
                    self._pending_on[each].append(operation)
        self._indexed = len(self.pending)
        return self._pending_on.get(key, ())

    def _pending_bundles(self, wanted: Any) -> list[Bundle]:
        return [each.bundle for each in self.pending if wanted(each.bundle)]

    def note_identity(self, operations: Iterable[Operation]) -> None:
        """Merges or splits came in."""
        self._identity = sorted([*self.operations_on(IDENTITY), *operations], key=_order)

    def written(self) -> None:
        """What was appended is in Postgres now."""
        self.pending.clear()
        self._pending_on.clear()
        self._indexed = 0
        self._stored_on.clear()

    def fork_log_into(self, other: PostgresLog) -> None:
        other.received_at, other.received_from, other.horizon = self.received_at, self.received_from, self.horizon
        other.pending = list(self.pending)
        vars(other)["_pending_on"].update({key: list(each) for key, each in self._pending_on.items()})
        vars(other)["_indexed"] = self._indexed
        vars(other).update(_known=dict(self._known), _heads=dict(self.heads))
        vars(other).update(_identity=self._identity, _stored_on=dict(self._stored_on))


def read_operations(rows: Sequence[tuple[Any, ...]]) -> list[Operation]:
    """The operations of rows with text, site, clock and arrival of the bundle; those of one bundle share its clock."""
    return list(operations_of_rows(rows))


def operations_of_rows(rows: Sequence[tuple[Any, ...]]) -> Iterator[Operation]:
    clocks: dict[int, tuple[str, Clock]] = {}
    for text, site, clock, arrival in rows:
        if arrival not in clocks:
            clocks[arrival] = bytes(site).hex(), of_text(clock)
        yield operation_of_text(text, *clocks[arrival])


def _order(operation: Operation) -> Order:
    return operation.order


def _order_of_bundle(bundle: Bundle) -> Order:
    return bundle.first if isinstance(bundle, StoredBundle) else bundle.operations[0].order
