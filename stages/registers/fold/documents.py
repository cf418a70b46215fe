"""Texts in which several write at once: Yjs updates, replayed in canonical order (rule 6).

Yrs merges the updates of three writers wrongly where they arrive against causality, and drops what waits for others. So
an update that is not the last one of its field makes the whole field be replayed. An update that the strict reader
refuses where it is in that order adds nothing: at every site, as every site replays the same order.

A list is such a text, an item to a line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from pycrdt import Doc, Text

from kernel.crdt.known_items import KnownItems
from kernel.crdt.updates import read_update
from kernel.errors import DomainError
from stages.registers.fold.operations import Order
from stages.registers.fold.stored_documents import StoredDocument

ROOT: Final = "text"
MAX_BYTES: Final = 1024 * 1024
# No client writes under this id.
_READER: Final = 1


class YrsFailed(Exception):
    """Yrs ended a call unexpectedly, perhaps with a panic."""


class _Anyone(Collection[int]):
    """Every client id: whether somebody may write under one was asked where the update was made."""

    def __contains__(self, client_id: object) -> bool:
        return True

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


ANYONE: Final = _Anyone()


@dataclass(slots=True)
class Replay:
    """A document that takes updates one after the other."""

    doc: Doc[Text] = field(default_factory=lambda: Doc(client_id=_READER))
    known: KnownItems = field(default_factory=KnownItems)
    root: Text = field(init=False)

    def __post_init__(self) -> None:
        self.root = self.doc.get(ROOT, type=Text)

    @classmethod
    def load(cls, stored: StoredDocument) -> Replay:
        replay = cls()
        replay.doc.apply_update(stored.state)
        replay.known = KnownItems(dict(stored.clocks), {client: set(each) for client, each in stored.pairs.items()})
        return replay

    def apply(self, update: bytes) -> bool:
        """Apply an update; answer False for one that adds nothing because it is refused here.

        Raises `YrsFailed` where the library fails on it. What this document holds is not known then.
        """
        try:
            summary = read_update(update, client_ids=ANYONE, state=self.known, root=ROOT)
        except DomainError:
            return False
        if len(self.root) + summary.inserted > MAX_BYTES:
            return False
        try:
            self.doc.apply_update(update)
        except BaseException as error:
            if isinstance(error, Exception) or type(error).__name__ == "PanicException":
                raise YrsFailed(str(error)) from error
            raise
        if summary.client_id is not None:
            self.known.add(summary.client_id, summary.end, summary.pairs)
        return True

    @property
    def text(self) -> str:
        return str(self.root)

    def store(self, last: Order) -> StoredDocument:
        pairs = {client: tuple(sorted(each)) for client, each in self.known.pairs.items()}
        return StoredDocument(last, self.doc.get_update(), self.text, dict(self.known.clocks), pairs)


def replay_text(updates: Iterable[bytes]) -> Replay:
    """The document that updates make, given in canonical order. One that Yrs fails on adds nothing."""
    listed = list(updates)
    while True:
        replay = Replay()
        failed = _apply_all(replay, listed)
        if failed is None:
            return replay
        del listed[failed]


def _apply_all(replay: Replay, updates: list[bytes]) -> int | None:
    """The position of the first update that Yrs fails on."""
    for at, update in enumerate(updates):
        try:
            replay.apply(update)
        except YrsFailed:
            return at
    return None
