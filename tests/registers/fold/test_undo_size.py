"""Undo of a large paste takes as long as its size, not as the square of it."""

from __future__ import annotations

import itertools
import sys
from typing import Any

from stages.registers.fold.increment import Increment
from stages.registers.fold.payloads import AttachFacet, CreateEntity, DeleteEntity, Payload, SetField
from stages.registers.fold.storage import MemoryStorage
from stages.registers.fold.undo import take_back_bundle
from tests.registers.fold.writing import Site, numbered_id


def calls_of_undo(records: int, last: str) -> int:
    """How many functions Python calls for the undo of a bundle that did something to so many records."""
    site, increment = Site("A", itertools.count(100_000)), Increment(MemoryStorage())
    ids = [numbered_id(each) for each in range(1, records + 1)]
    begun: list[Payload] = [CreateEntity(each) for each in ids]
    begun += [AttachFacet(each, "t") for each in ids]
    begun += [SetField(each, "t", "f", 0) for each in ids]
    steps: dict[str, list[Payload]] = {
        "set": [SetField(each, "t", "f", 1) for each in ids],
        "deleted": [DeleteEntity(each) for each in ids],
    }
    bundle = site.write(begun)
    increment.add(bundle)
    if last != "created":
        bundle = site.write(steps[last])
        increment.add(bundle)
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        taken = take_back_bundle(increment, bundle, lambda: 7)
    finally:
        sys.setprofile(None)
    assert len(taken.payloads) == records
    return calls


def test_the_undo_of_four_times_as_much_takes_four_times_as_long() -> None:
    for last in ("created", "set", "deleted"):
        few, many = calls_of_undo(50, last), calls_of_undo(200, last)
        assert many < 6 * few, (last, few, many)
