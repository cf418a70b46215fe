"""A text in which several write at once as it is kept: who only reads or writes it does without a library of texts."""

from __future__ import annotations

from dataclasses import dataclass

from stages.registers.fold.operations import Order


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as it is kept: after the update at `last`, with what the strict reader has to know of it.

    `clocks` and `pairs` are those of `KnownItems`: the pairs of text that is deleted are not in `state` any more.
    """

    last: Order
    state: bytes
    text: str
    clocks: dict[int, int]
    pairs: dict[int, tuple[int, ...]]
