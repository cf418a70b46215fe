"""Content-defined chunking of long sequences: equal stretches are cut the same way wherever they occur."""

from __future__ import annotations

from typing import Final

MIN_CHUNK: Final = 8
MAX_CHUNK: Final = 256
_CUT: Final = 0xFC00  # six bits: a cut every 64 items on average
_SPREAD: Final = 2654435761  # Knuth's multiplier


def cuts_of(items: list[int]) -> list[int]:
    """The indexes at which to cut, chosen by a rolling hash (gear hash) over the last 16 items."""
    cuts, last, rolling = [0], 0, 0
    for index, item in enumerate(items, 1):
        rolling = ((rolling << 1) + (item * _SPREAD >> 7)) & 0xFFFF
        length = index - last
        if length >= MIN_CHUNK and (not rolling & _CUT or length >= MAX_CHUNK):
            cuts.append(index)
            last = index
    if last != len(items):
        cuts.append(len(items))
    return cuts
