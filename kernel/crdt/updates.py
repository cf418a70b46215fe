"""The strict reader of Yjs updates (version 1 of the format), before Yrs sees a byte.

Yrs applies what no editor sends, and some of it ends the process. So a client's update is read here first, and only
what writing in one root text can make is let through: one client id, the caller's own, whose clock has no gap;
insertions beside characters that are known, deletions of characters that are known; no character cut in two; no NUL,
no CR.

An item is a run of units (UTF-16) with one client id; its clock numbers the first of them. The format is that of
`Y.encodeStateAsUpdate` and `doc.on("update")` in yjs 13.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from kernel.crdt.edits import describe_refused, find_refused
from kernel.crdt.encoding import DELETED, KEYED, KIND, LEFT, MAX_NUMBER, RIGHT, STRING, UpdateBytes, first_halves
from kernel.crdt.known_items import KnownItems
from kernel.crdt.refusals import ForeignClient, Refusal, RefusedUpdate, refuse

MAX_ITEMS: Final = 2_000
MAX_RANGES: Final = 2_000


@dataclass(frozen=True, slots=True)
class UpdateSummary:
    """What a client's update holds: whose it is, the clock after it, and what of it is new.

    `client_id` is None for an update that only deletes. `inserted` counts the bytes (UTF-8) of all its text, `pairs`
    are the clocks of the first halves of characters that are new, and `ranges` counts what it deletes.
    """

    client_id: int | None = None
    end: int = 0
    is_new: bool = False
    inserted: int = 0
    pairs: frozenset[int] = frozenset()
    ranges: int = 0


def read_update(update: bytes, *, client_ids: Collection[int], state: KnownItems, root: str = "text") -> UpdateSummary:
    """Read a client's update, and refuse it unless it only writes in the text `root` of a document with `state`.

    `client_ids` are those that the caller may write as. Raises `ForeignClient` (403) for another one, and
    `RefusedUpdate` (400) for anything else; neither changes `state`.
    """
    return _Reading(update, client_ids, state, root.encode()).summary()


class _Reading:
    """One client's update, read once."""

    def __init__(self, update: bytes, client_ids: Collection[int], state: KnownItems, root: bytes) -> None:
        self._source = UpdateBytes(update)
        self._client_ids = client_ids
        self._state = state
        self._root = root
        self._client_id: int | None = None
        # Of this client: the clock that is next in the document, and the clock after the items read so far.
        self._known = self._clock = 0
        self._inserted = 0
        self._pairs: set[int] = set()

    def summary(self) -> UpdateSummary:
        clients = self._source.number()
        if clients > 1:
            refuse(Refusal.SEVERAL_CLIENTS)
        if clients:
            self._read_items()
        ranges = self._read_ranges()
        self._source.end()
        return UpdateSummary(
            self._client_id, self._clock, self._clock > self._known, self._inserted, frozenset(self._pairs), ranges
        )

    def _read_items(self) -> None:
        source = self._source
        count = source.number()
        self._client_id = client_id = source.number()
        self._clock = source.number()
        if client_id not in self._client_ids:
            raise ForeignClient(client_id)
        if not count:
            refuse(Refusal.MALFORMED)
        if count > MAX_ITEMS:
            refuse(Refusal.TOO_MANY)
        self._known = self._state.clocks.get(client_id, 0)
        if self._clock > self._known:
            refuse(Refusal.GAP)
        for _index in range(count):
            self._read_item()

    def _read_item(self) -> None:
        source = self._source
        info = source.byte()
        kind = info & KIND
        if kind not in {STRING, DELETED} or info & KEYED:
            refuse(Refusal.NOT_TEXT)
        left = self._neighbour() if info & LEFT else None
        right = self._neighbour() if info & RIGHT else None
        if left is None and right is None:
            self._read_root()
        self._check_neighbours(left, right)
        length = source.number() if kind == DELETED else self._read_text()
        self._clock += length
        if not length or self._clock > MAX_NUMBER:
            refuse(Refusal.MALFORMED)

    def _neighbour(self) -> tuple[int, int]:
        """A client id and a clock of it, which is known here."""
        client_id, clock = self._source.number(), self._source.number()
        if clock >= self._next_clock(client_id):
            refuse(Refusal.UNKNOWN_NEIGHBOUR)
        return client_id, clock

    def _next_clock(self, client_id: int) -> int:
        """The clock after all that is known of a client: in the document, and so far in this update."""
        if client_id == self._client_id:
            return max(self._clock, self._known)
        return self._state.clocks.get(client_id, 0)

    def _check_neighbours(self, left: tuple[int, int] | None, right: tuple[int, int] | None) -> None:
        if left and left == right:
            refuse(Refusal.UNKNOWN_NEIGHBOUR)
        if (left and self._is_first_half(*left)) or (right and self._is_first_half(right[0], right[1] - 1)):
            refuse(Refusal.INSIDE_CHARACTER)

    def _is_first_half(self, client_id: int, clock: int) -> bool:
        if clock in self._state.pairs.get(client_id, ()):
            return True
        return client_id == self._client_id and clock in self._pairs

    def _read_root(self) -> None:
        if self._source.number() != 1 or self._source.string() != self._root:
            refuse(Refusal.OTHER_ROOT)

    def _read_text(self) -> int:
        data = self._source.string()
        try:
            text = data.decode()
        except UnicodeDecodeError:
            refuse(Refusal.MALFORMED)
        if found := find_refused(text):
            raise RefusedUpdate(Refusal.CHARACTER, describe_refused(found))
        self._inserted += len(data)
        pairs = first_halves(text)
        # What the document has already is not taken again: a client may have written something else the first time.
        new = self._known - self._clock
        if new > 0 and new - 1 in pairs:
            refuse(Refusal.INSIDE_CHARACTER)
        self._pairs.update(self._clock + at for at in pairs if at >= new)
        return len(text) + len(pairs)

    def _read_ranges(self) -> int:
        source = self._source
        seen: set[int] = set()
        total = 0
        for _index in range(source.number()):
            client_id = source.number()
            count = source.number()
            total += count
            if client_id in seen or not count:
                refuse(Refusal.MALFORMED)
            if total > MAX_RANGES:
                refuse(Refusal.TOO_MANY)
            seen.add(client_id)
            self._read_ranges_of(client_id, count)
        return total

    def _read_ranges_of(self, client_id: int, count: int) -> None:
        known = self._next_clock(client_id)
        last = 0
        for _index in range(count):
            start = self._source.number()
            end = start + self._source.number()
            if start < last or end == start:
                refuse(Refusal.MALFORMED)
            if end > known:
                refuse(Refusal.UNKNOWN_RANGE)
            if self._is_first_half(client_id, start - 1) or self._is_first_half(client_id, end - 1):
                refuse(Refusal.INSIDE_CHARACTER)
            last = end
