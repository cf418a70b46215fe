"""What the reader has to know of a document: the clock of every client, and which characters have two units."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from kernel.crdt.edits import count_units
from kernel.crdt.encoding import DELETED, GC, KIND, LEFT, RIGHT, STRING, UpdateBytes, first_halves


@dataclass(slots=True)
class KnownItems:
    """What a document holds, as far as the reader asks: its clocks, and where its characters have two units.

    `clocks` maps a client id to the clock that its next item has; `pairs` maps a client id to the clocks of the first
    halves of its characters.
    """

    clocks: dict[int, int] = field(default_factory=dict)
    pairs: dict[int, set[int]] = field(default_factory=dict)

    def add(self, client_id: int, end: int, pairs: Collection[int]) -> None:
        """Note that a client's items reach to the clock `end`, and the first halves among those that are new."""
        self.clocks[client_id] = max(self.clocks.get(client_id, 0), end)
        if pairs:
            self.pairs.setdefault(client_id, set()).update(pairs)

    def read(self, update: bytes) -> None:
        """Note what an update of our own documents holds; of any number of clients, and not checked."""
        for item in _stored_items(update):
            pairs = [item.clock + at for at in first_halves(item.text)]
            self.add(item.client_id, item.clock + item.length, pairs)


def read_clocks(state_vector: bytes) -> dict[int, int]:
    """The clock of each client of a state vector (`doc.get_state()`)."""
    source = UpdateBytes(state_vector)
    return {source.number(): source.number() for _client in range(source.number())}


@dataclass(frozen=True, slots=True)
class _StoredItem:
    client_id: int
    clock: int
    length: int
    text: str = ""


def _stored_items(update: bytes) -> Iterator[_StoredItem]:
    source = UpdateBytes(update)
    for _client in range(source.number()):
        count, client_id, clock = source.number(), source.number(), source.number()
        for _index in range(count):
            item = _stored_item(source, client_id, clock)
            clock += item.length
            yield item


def _stored_item(source: UpdateBytes, client_id: int, clock: int) -> _StoredItem:
    info = source.byte()
    kind = info & KIND
    if kind == GC:
        return _StoredItem(client_id, clock, source.number())
    for bit in (LEFT, RIGHT):
        if info & bit:
            source.number()
            source.number()
    if not info & (LEFT | RIGHT):
        source.number()
        source.string()
    if kind == DELETED:
        return _StoredItem(client_id, clock, source.number())
    if kind != STRING:
        raise ValueError(f"A stored document holds an item of kind {kind}.")
    text = source.string().decode()
    return _StoredItem(client_id, clock, count_units(text), text)
