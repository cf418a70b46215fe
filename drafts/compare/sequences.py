"""Finds what two sequences have in common, in order; lines, words and array items are compared with it.

RapidFuzz does the work (bit-parallel, compiled). This module chooses the method: the longest common subsequence for
small pairs, a banded edit distance for larger ones, and content-defined chunks for huge ones.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Final, NamedTuple

from rapidfuzz.distance import Indel, Levenshtein

from drafts.compare.budget import Budget
from drafts.compare.chunks import cuts_of

# Cells of the edit matrix: up to here the longest common subsequence is found (its matrix is kept, one bit a cell) …
EXACT_CELLS: Final = 1_000_000
# … up to here the edit distance is asked at once (75 ms at worst) …
DIRECT_CELLS: Final = 1_000_000_000
# … and beyond this a gap between two anchors is left as one replacement.
GAP_CELLS: Final = 4_000_000_000
# The band starts narrow and doubles until the answer fits: near-equal sequences cost next to nothing.
BAND: Final = 64


class Block(NamedTuple):
    """`size` items that are equal, from `old` in the one sequence and from `new` in the other (0-based)."""

    old: int
    new: int
    size: int


class Gap(NamedTuple):
    """Where two sequences differ: items `old_start:old_end` of one became `new_start:new_end` of the other."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def numbered(old: Iterable[Hashable], new: Iterable[Hashable]) -> tuple[list[int], list[int]]:
    """Give equal items equal small numbers, in order of appearance."""
    old, new = list(old), list(new)
    numbers = {item: number for number, item in enumerate(dict.fromkeys(chain(old, new)))}
    return list(map(numbers.__getitem__, old)), list(map(numbers.__getitem__, new))


def matching_blocks(old: Sequence[int], new: Sequence[int], budget: Budget) -> list[Block]:
    """The equal runs of two numbered sequences, in order; two neighbours are never adjacent on both sides."""
    if len(old) * len(new) <= DIRECT_CELLS:
        return _merged(_direct(old, new, budget))
    head, tail = _common_ends(old, new)
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    blocks = [Block(0, 0, head)]
    blocks += (Block(o + head, n + head, size) for o, n, size in _large(inner_old, inner_new, budget))
    blocks.append(Block(len(old) - tail, len(new) - tail, tail))
    return _merged(blocks)


def gaps(blocks: Iterable[Block], old_size: int, new_size: int) -> Iterator[Gap]:
    """The differing items between the equal runs, in order."""
    old_at = new_at = 0
    for old, new, size in (*blocks, Block(old_size, new_size, 0)):
        if old > old_at or new > new_at:
            yield Gap(old_at, old, new_at, new)
        old_at, new_at = old + size, new + size


def _direct(old: Sequence[int], new: Sequence[int], budget: Budget) -> list[Block]:
    """Compare the sequences as a whole: exactly if they are short, otherwise by a bounded edit distance."""
    cells = len(old) * len(new)
    if cells <= EXACT_CELLS:
        return _exact(old, new) if cells and budget.take_cells(cells) else []
    if cells > GAP_CELLS or budget.cells < cells:
        budget.give_up()
        return []
    edits = Levenshtein.editops(old, new, score_hint=BAND)
    budget.take_cells(min(cells, max(len(old), len(new)) * (4 * len(edits) + BAND)))
    blocks = [Block(*block) for block in _triples(edits.as_matching_blocks())]
    return [*blocks, *_overlooked(blocks, old, new, budget)]


def _between(anchors: list[Block], old: Sequence[int], new: Sequence[int], budget: Budget) -> list[Block]:
    """The anchors, and the equal items in the stretches between them."""
    blocks = list(anchors)
    for gap in gaps(anchors, len(old), len(new)):
        part_old, part_new = old[gap.old_start : gap.old_end], new[gap.new_start : gap.new_end]
        head, tail = _common_ends(part_old, part_new)
        blocks.append(Block(gap.old_start, gap.new_start, head))
        blocks.append(Block(gap.old_end - tail, gap.new_end - tail, tail))
        inner = _direct(part_old[head : len(part_old) - tail], part_new[head : len(part_new) - tail], budget)
        blocks += (Block(o + gap.old_start + head, n + gap.new_start + head, size) for o, n, size in inner)
    return sorted(block for block in blocks if block.size)


def _exact(old: Sequence[int], new: Sequence[int]) -> list[Block]:
    return [Block(*block) for block in _triples(Indel.editops(old, new).as_matching_blocks())]


def _triples(blocks: Iterable[object]) -> Iterator[tuple[int, int, int]]:
    for block in blocks:
        yield block.a, block.b, block.size  # type: ignore[attr-defined]


def _overlooked(blocks: list[Block], old: Sequence[int], new: Sequence[int], budget: Budget) -> list[Block]:
    """Equal items between the blocks, which an edit distance may miss because a replacement counts as one step."""
    found: list[Block] = []
    for gap in gaps(blocks, len(old), len(new)):
        height, width = gap.old_end - gap.old_start, gap.new_end - gap.new_start
        if height > 1 and width > 1 and height * width <= EXACT_CELLS and budget.take_cells(height * width):
            inner = _exact(old[gap.old_start : gap.old_end], new[gap.new_start : gap.new_end])
            found += (Block(o + gap.old_start, n + gap.new_start, size) for o, n, size in inner)
    return found


def _large(old: Sequence[int], new: Sequence[int], budget: Budget) -> list[Block]:
    """Compare long sequences: leave out items that only one side has, then cut the rest into chunks."""
    kept_old, kept_new = _kept(old, set(new)), _kept(new, set(old))
    rest_old, rest_new = [old[index] for index in kept_old], [new[index] for index in kept_new]
    found = _by_chunks(rest_old, rest_new, budget)
    return [Block(kept_old[o + at], kept_new[n + at], 1) for o, n, size in found for at in range(size)]


def _kept(items: Sequence[int], other: set[int]) -> list[int]:
    return [index for index, item in enumerate(items) if item in other]


def _by_chunks(old: list[int], new: list[int], budget: Budget) -> list[Block]:
    """Use equal chunks as anchors, and compare item by item only between them."""
    if len(old) * len(new) <= DIRECT_CELLS:
        return _direct(old, new, budget)
    cuts_old, cuts_new = cuts_of(old), cuts_of(new)
    chunks = numbered(_slices(old, cuts_old), _slices(new, cuts_new))
    found = _direct(*chunks, budget)
    anchors = [Block(cuts_old[o], cuts_new[n], cuts_old[o + size] - cuts_old[o]) for o, n, size in sorted(found)]
    return _between(anchors, old, new, budget)


def _slices(items: list[int], cuts: list[int]) -> Iterator[tuple[int, ...]]:
    return (tuple(items[start:end]) for start, end in pairwise(cuts))


def _common_ends(old: Sequence[int], new: Sequence[int]) -> tuple[int, int]:
    """How many items are equal at the beginning, and how many of the rest at the end."""
    most = min(len(old), len(new))
    head = next((index for index in range(most) if old[index] != new[index]), most)
    most -= head
    tail = next((index for index in range(most) if old[-1 - index] != new[-1 - index]), most)
    return head, tail


def _merged(blocks: list[Block]) -> list[Block]:
    merged: list[Block] = []
    for block in sorted(blocks):
        if not block.size:
            continue
        if merged and (last := merged[-1]).old + last.size == block.old and last.new + last.size == block.new:
            merged[-1] = Block(last.old, last.new, last.size + block.size)
        else:
            merged.append(block)
    return merged
