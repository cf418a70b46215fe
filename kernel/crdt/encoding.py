"""How Yjs writes an update (version 1 of its format): numbers, strings, and the first byte of an item."""

from __future__ import annotations

from typing import Final

from kernel.crdt.refusals import Refusal, refuse

# Client ids and clocks: what Yrs keeps in 32 bits, and both sides count exactly.
MAX_NUMBER: Final = 2**31 - 1

# The first byte of an item: what it holds, whether it has a key of a map, and names a right and a left neighbour.
KIND: Final = 0b00011111
KEYED: Final = 0b00100000
RIGHT: Final = 0b01000000
LEFT: Final = 0b10000000

GC: Final = 0
DELETED: Final = 1
STRING: Final = 4

# No item, and nothing deleted.
EMPTY_UPDATE: Final = b"\x00\x00"


class UpdateBytes:
    """The bytes of an update, from the first to the last."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def byte(self) -> int:
        try:
            byte = self.data[self.at]
        except IndexError:
            refuse(Refusal.MALFORMED)
        self.at += 1
        return byte

    def number(self) -> int:
        """A number in groups of seven bits, the lowest first, in its shortest form."""
        data, at = self.data, self.at
        number = shift = 0
        try:
            while (byte := data[at]) > 127:
                number |= (byte & 127) << shift
                at += 1
                shift += 7
                if shift > 28:
                    refuse(Refusal.MALFORMED)
        except IndexError:
            refuse(Refusal.MALFORMED)
        number |= byte << shift
        if number > MAX_NUMBER or (not byte and shift):
            refuse(Refusal.MALFORMED)
        self.at = at + 1
        return number

    def string(self) -> bytes:
        """So many bytes, after their number."""
        count = self.number()
        start, self.at = self.at, self.at + count
        if self.at > len(self.data):
            refuse(Refusal.MALFORMED)
        return self.data[start : self.at]

    def end(self) -> None:
        if self.at != len(self.data):
            refuse(Refusal.MALFORMED)


def first_halves(text: str) -> list[int]:
    """Where in a text the characters of two units begin, in units."""
    if text.isascii():
        return []
    data = text.encode("utf-16-le")
    if len(data) == 2 * len(text):
        return []
    return [at for at, unit in enumerate(memoryview(data).cast("H")) if 0xD800 <= unit < 0xDC00]
