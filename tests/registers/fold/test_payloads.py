"""Every payload of the seed: its members by their names, and each mistake named by its member."""

from __future__ import annotations

from typing import Any

import pytest

from stages.registers.fold.errors import Malformed, NeedsNewerVersion
from stages.registers.fold.ordering import LONG_INDEX, check_index, place_between
from stages.registers.fold.payloads import PAYLOADS, read_payload
from tests.registers.fold.writing import numbered_id

A, B, C = (numbered_id(number) for number in (1, 2, 3))
FILE = {"blake3": "ab" * 32, "name": "plan.pdf", "size": 3, "media_type": "application/pdf"}
REFERENCE = {"reference": {"entity_id": A, "facet_type": "risks", "field_name": "title"}}

# The members as the seed writes them (seed 002, "Operation types"), and each with values that are refused.
GOOD: dict[str, dict[str, Any]] = {
    "CreateEntity": {"entity_id": A},
    "DeleteEntity": {"entity_id": A},
    "AttachFacet": {"entity_id": A, "facet_type": "risks"},
    "DetachFacet": {"entity_id": A, "facet_type": "risks"},
    "SetField": {"entity_id": A, "facet_type": "risks", "field_name": "title", "value": "Leak"},
    "SetCRDTField": {"entity_id": A, "facet_type": "risks", "field_name": "body", "delta": "AAA="},
    "CreateEdge": {"edge_id": A, "source": B, "target": C, "edge_type": "verifies", "properties": {"note": 1}},
    "DeleteEdge": {"edge_id": A},
    "CreateOrderedEdge": {
        "edge_id": A,
        "source": B,
        "target": C,
        "edge_type": None,
        "fractional_index": "a0",
        "properties": {},
    },
    "MoveOrderedEdge": {"edge_id": A, "new_index": "a0V"},
    "RebalanceOrderedEdges": {"parent_entity": A, "edge_type": "contains", "new_ordering": [[B, "a0"], [C, "a1"]]},
    "ConfirmFieldMapping": {"facet_a": "risks", "field_a": "title", "facet_b": "tests", "field_b": "title"},
    "MergeEntities": {"survivor": A, "absorbed": B},
    "SplitEntity": {"source": A, "new_entity": B, "facets": ["risks"]},
}

BAD: list[tuple[str, str, Any, str]] = [
    ("CreateEntity", "entity_id", "x", "entity_id"),
    ("CreateEntity", "entity_id", A.upper().replace("0", "A"), "entity_id"),
    ("AttachFacet", "facet_type", "edge:verifies", "facet_type"),
    ("AttachFacet", "facet_type", "", "facet_type"),
    ("AttachFacet", "facet_type", " a", "facet_type"),
    ("AttachFacet", "facet_type", "a\nb", "facet_type"),
    ("AttachFacet", "facet_type", "x" * 101, "facet_type"),
    ("SetField", "value", [1], "value"),
    ("SetField", "value", {**FILE, "size": -1}, "value.size"),
    ("SetField", "value", {**FILE, "blake3": "x"}, "value.blake3"),
    ("SetField", "value", {"reference": {"entity_id": A}}, "value.reference.facet_type"),
    ("SetField", "resolves", [], "resolves"),
    ("SetField", "unset", True, "value"),
    ("SetField", "unset", 1, "unset"),
    ("SetField", "unset", False, "unset"),
    ("SetField", "resolves", [A, A], "resolves"),
    ("SetCRDTField", "delta", "AAA", "delta"),
    ("SetCRDTField", "delta", "", "delta"),
    ("SetCRDTField", "delta", "AAB=", "delta"),
    ("SetCRDTField", "delta", "A" * 400_000, "delta"),
    ("SetCRDTField", "facet_type", "edge:verifies", "facet_type"),
    ("CreateEdge", "target", B, "target"),
    ("CreateEdge", "edge_type", "", "edge_type"),
    ("CreateEdge", "properties", {"a:b": 1}, "properties.a:b"),
    ("CreateEdge", "properties", {"a": []}, "properties.a"),
    ("CreateEdge", "properties", None, "properties"),
    *(
        ("MoveOrderedEdge", "new_index", index, "new_index")
        for index in ("", "a-", "a0 ", "a0V" * 2_000, "a", "0", "a00", "é0", "A" + "0" * 26)
    ),
    ("RebalanceOrderedEdges", "new_ordering", [], "new_ordering"),
    ("RebalanceOrderedEdges", "new_ordering", [[B, "a0"], [B, "a1"]], "new_ordering"),
    ("RebalanceOrderedEdges", "new_ordering", [[B]], "new_ordering.0"),
    ("RebalanceOrderedEdges", "new_ordering", [[B, "a0"], [C, ""]], "new_ordering.1.1"),
    ("ConfirmFieldMapping", "confirmed", True, "confirmed"),
    ("ConfirmFieldMapping", "confirmed", 1, "confirmed"),
    ("ConfirmFieldMapping", "facet_b", "risks", "facet_b"),
    ("MergeEntities", "absorbed", A, "absorbed"),
    ("SplitEntity", "new_entity", A, "new_entity"),
    ("SplitEntity", "facets", ["a", "a"], "facets"),
    ("SplitEntity", "entities", [], "entities"),
    ("SplitEntity", "entities", [A, A], "entities"),
    ("SplitEntity", "entities", ["x"], "entities.0"),
]


def test_the_types_are_those_of_the_seed() -> None:
    assert PAYLOADS.keys() == GOOD.keys()


@pytest.mark.parametrize("kind", GOOD)
def test_a_payload_comes_back_as_it_was_written(kind: str) -> None:
    value = {"type": kind, **GOOD[kind]}
    assert read_payload(value).to_json() == value


@pytest.mark.parametrize("kind", GOOD)
def test_a_missing_member_and_one_too_many_are_named(kind: str) -> None:
    for name in GOOD[kind]:
        with pytest.raises(Malformed) as refused:
            read_payload({"type": kind, **{each: value for each, value in GOOD[kind].items() if each != name}})
        assert refused.value.member == f"payload.{name}"
    with pytest.raises(Malformed) as refused:
        read_payload({"type": kind, **GOOD[kind], "more": 1})
    assert refused.value.member == "payload.more"


@pytest.mark.parametrize(("kind", "member", "value", "named"), BAD)
def test_a_wrong_member_is_named(kind: str, member: str, value: Any, named: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_payload({"type": kind, **GOOD[kind], member: value})
    assert refused.value.member == f"payload.{named}"


def test_every_kind_of_value_is_kept() -> None:
    for value in (None, True, 0, -(2**53) + 1, 0.5, 1e300, "2026-11-30", {"entity": A}, FILE, REFERENCE):
        payload = {"type": "SetField", **GOOD["SetField"], "value": value}
        assert read_payload(payload).to_json() == payload


def test_a_property_of_an_edge_is_a_field_of_the_facet_of_its_type() -> None:
    for facet in ("edge:verifies", "edge:"):
        read_payload({"type": "SetField", **GOOD["SetField"], "facet_type": facet})
    with pytest.raises(Malformed):
        read_payload({"type": "SetField", **GOOD["SetField"], "facet_type": "edge:a:b"})


def test_added_members_are_left_out_unless_they_say_something() -> None:
    resolving = {"type": "SetField", **GOOD["SetField"], "resolves": [A, B]}
    assert read_payload(resolving).to_json() == resolving
    unsetting = {"type": "SetField", **GOOD["SetField"], "value": None, "unset": True}
    assert read_payload(unsetting).to_json() == unsetting
    revoking = {"type": "ConfirmFieldMapping", **GOOD["ConfirmFieldMapping"], "confirmed": False}
    assert read_payload(revoking).to_json() == revoking


def test_an_unknown_type_needs_a_newer_version() -> None:
    with pytest.raises(NeedsNewerVersion):
        read_payload({"type": "AssignRole"})
    wrong: object
    for wrong in (None, [], {}, {"type": 1}):
        with pytest.raises(Malformed):
            read_payload(wrong)


def test_a_thousand_insertions_at_one_place_keep_their_keys_short() -> None:
    siblings = [("a0", numbered_id(1)), ("a1", numbered_id(2))]
    for number in range(3, 1_003):
        placing = place_between(siblings, 1)
        kept = [(placing.rebalanced.get(edge, index), edge) for index, edge in siblings]
        assert [edge for _, edge in sorted(kept)] == [edge for _, edge in siblings]
        siblings = sorted([*kept, (check_index(placing.index, "index"), numbered_id(number))])
        assert siblings[1][1] == numbered_id(number)
        assert len(placing.index) <= LONG_INDEX
    assert all(len(index) <= LONG_INDEX for index, _ in siblings)


def test_between_equal_keys_the_run_is_rewritten() -> None:
    siblings = sorted([("a0", A), ("a1", B), ("a1", C), ("a1", numbered_id(4)), ("a2", numbered_id(5))])
    placing = place_between(siblings, 3)
    indexes = {**{edge: index for index, edge in siblings}, **placing.rebalanced}
    order = sorted([*((index, edge) for edge, index in indexes.items()), (placing.index, "new")])
    assert [edge for _, edge in order] == [A, B, C, "new", numbered_id(4), numbered_id(5)]
    assert len({index for index, _ in order}) == 6


@pytest.mark.parametrize("at", [-1, 0, 1, 5, 99])
def test_a_place_beyond_the_ends_is_an_end(at: int) -> None:
    index = place_between([("a0", A), ("a1", B)], at).index
    assert (index < "a0", "a0" < index < "a1", index > "a1") == (at <= 0, at == 1, at > 1)
    assert place_between([], at).index == "a0"
