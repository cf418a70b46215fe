"""What two sequences have in common: always true, exact where they are short, and near it where they are huge."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drafts.compare import sequences
from drafts.compare.budget import Budget
from drafts.compare.sequences import Block, gaps, matching_blocks, numbered
from tests.exploring import examples

items = st.lists(st.integers(0, 5), max_size=60)


def check(blocks: list[Block], old: Sequence[int], new: Sequence[int]) -> None:
    """Blocks are equal runs, in order, and with the gaps make up both sequences."""
    at_old = at_new = 0
    for block in blocks:
        assert block.size
        assert block.old >= at_old
        assert block.new >= at_new
        assert old[block.old : block.old + block.size] == new[block.new : block.new + block.size]
        at_old, at_new = block.old + block.size, block.new + block.size
    rebuilt: list[int] = []
    at = 0
    for gap in gaps(blocks, len(old), len(new)):
        rebuilt += old[at : gap.old_start]
        rebuilt += new[gap.new_start : gap.new_end]
        at = gap.old_end
    assert [*rebuilt, *old[at:]] == list(new)


def longest(old: Sequence[int], new: Sequence[int]) -> int:
    row = [0] * (len(new) + 1)
    for item in old:
        above = row
        row = [0]
        for index, other in enumerate(new):
            row.append(above[index] + 1 if item == other else max(above[index + 1], row[index]))
    return row[-1]


@given(items, items)
def test_short_sequences_are_compared_exactly(old: list[int], new: list[int]) -> None:
    blocks = matching_blocks(old, new, Budget())
    check(blocks, old, new)
    assert sum(block.size for block in blocks) == longest(old, new)


@given(items, items, st.integers(0, 30), st.integers(30, 200), st.integers(200, 4_000))
@settings(max_examples=examples(300))
def test_it_holds_on_every_way_that_long_sequences_take(
    old: list[int], new: list[int], exact: int, direct: int, cells: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sequences, "EXACT_CELLS", exact)
        patch.setattr(sequences, "DIRECT_CELLS", direct)
        check(matching_blocks(old, new, Budget(cells=cells)), old, new)


def test_long_sequences_keep_nearly_all_they_have_in_common() -> None:
    random = Random(5)
    old = [random.randrange(40) for _ in range(120_000)]
    new = list(old)
    for at in sorted(random.sample(range(len(old)), 600), reverse=True):
        new[at : at + 1] = [random.randrange(40)] * random.randrange(3)
    budget = Budget()
    blocks = matching_blocks(old, new, budget)
    check(blocks, old, new)
    assert sum(block.size for block in blocks) > len(old) - 700
    assert not budget.coarse


def test_without_a_budget_it_says_that_it_is_coarse() -> None:
    budget = Budget(cells=0)
    assert matching_blocks([1, 2, 3], [3, 1, 2], budget) == []
    assert budget.coarse


def test_equal_items_get_equal_numbers() -> None:
    assert numbered(["b", ("a",)], ["a", "b"]) == ([0, 1], [2, 0])
