"""Nothing a person wrote stops being visible without an operation by a person that had seen it."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from stages.registers.fold.bundles import Bundle
from stages.registers.fold.effects import Subject, acts, field_writes, removals
from stages.registers.fold.identity import Identity
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import SetField
from tests.exploring import examples
from tests.registers.fold.comparing import defined
from tests.registers.fold.hostile import hostile_bundles
from tests.registers.fold.network import Network, random_steps


def count_visible(bundles: list[Bundle]) -> int:
    """Look for each value that nobody has overwritten, detached or deleted who had seen it; how many there are."""
    operations = [each for bundle in bundles for each in bundle.operations]
    state, identity = defined(bundles), Identity(operations)
    found = 0
    for operation in operations:
        payload = operation.payload
        if not isinstance(payload, SetField) or payload.unset or payload.facet_type.startswith(EDGE_PREFIX):
            continue
        if any(takes_away(each, payload) for each in operations if each.had_seen(operation)):
            continue
        record = state.records[identity.place(payload.entity_id, payload.facet_type)]
        assert record.alive
        assert operation.op_id in {tip.op_id for tip in record.fields[payload.facet_type][payload.field_name].tips}
        found += 1
    return found


def takes_away(operation: Operation, written: SetField) -> bool:
    """Whether an operation may overwrite, detach or delete what was written; a deletion of any entity may."""
    subject = Subject("facet", written.entity_id, written.facet_type)
    field = (written.entity_id, written.facet_type, written.field_name)
    return any(each.kind == "entity" or each == subject for each in removals(operation)) or any(
        each == field for each, _value in field_writes(operation)
    )


@settings(max_examples=examples(10))
@given(st.integers(0, 2**32 - 1))
def test_what_people_wrote_apart_is_visible_once_they_meet(seed: int) -> None:
    net = Network(3, skews=(0, 200_000, -500))
    net.begin()
    for step in random_steps(random.Random(seed), 60):
        net.step(step)
    net.settle()
    count_visible(net.bundles)


@settings(max_examples=examples(10))
@given(st.integers(0, 2**32 - 1))
def test_what_hostile_sites_wrote_is_visible(seed: int) -> None:
    count_visible(hostile_bundles(seed))


def test_there_is_something_to_see() -> None:
    assert sum(count_visible(hostile_bundles(seed)) for seed in range(20)) > 40


def test_what_was_done_to_a_record_keeps_it_unless_somebody_who_knew_deleted_it() -> None:
    for seed in range(20):
        operations = [each for bundle in hostile_bundles(seed) for each in bundle.operations]
        state, identity = defined(hostile_bundles(seed)), Identity(operations)
        for operation in operations:
            for subject in acts(operation):
                seen = any(
                    each.kind == "entity"
                    for other in operations
                    if other.had_seen(operation)
                    for each in removals(other)
                )
                if subject.kind == "entity" and not seen:
                    assert state.records[identity.root(subject.id)].alive
