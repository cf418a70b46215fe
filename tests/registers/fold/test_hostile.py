"""Whatever well-formed operations a hostile site writes: one set, one state."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exploring import examples
from tests.registers.fold.comparing import check_any_order, defined
from tests.registers.fold.hostile import hostile_bundles


@settings(max_examples=examples(25))
@given(st.integers(0, 2**32 - 1))
def test_hostile_sets_have_one_state_in_any_order(seed: int) -> None:
    check_any_order(hostile_bundles(seed), random.Random(seed))


def test_hostile_sets_are_as_hostile_as_they_claim() -> None:
    """Ids of operations and bundles are used twice, and every kind of conflict comes about."""
    kinds: set[str] = set()
    for seed in range(30):
        bundles = hostile_bundles(seed)
        operations = [each for bundle in bundles for each in bundle.operations]
        assert len({each.op_id for each in operations}) < len(operations)
        assert len({each.header.bundle_id for each in bundles}) < len(bundles)
        assert len({each.order for each in operations}) == len(operations)
        kinds |= {each.kind for each in defined(bundles).conflicts}
    assert kinds == {"field", "text", "deleted_changed", "detached_changed", "split_merged"}
