"""The difference of two JSON documents by path: what it says, and that it leads from the one to the other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drafts.compare.budget import Budget
from drafts.compare.changes import Change, apply_changes
from drafts.compare.documents import compare_documents
from drafts.compare.identity import same
from drafts.compare.values import written
from kernel.ijson import parse
from tests.drafts.compare.history import neighbours
from tests.exploring import examples


def told(old: object, new: object) -> list[tuple[Any, ...]]:
    """The changes as (op, path, old, new), with the old place behind where there is one."""
    changes = compare_documents(old, new).changes
    return [
        (each.op, "/".join(map(str, each.path)), each.old, each.new)
        + (("/".join(map(str, each.source)),) if each.source is not None else ())
        for each in changes
    ]


def test_values_are_told_by_path() -> None:
    old = {"generation": {"temperature": 0.7, "max_output_tokens": 1500}, "stop": ["###", "END_OF_ANSWER"]}
    new = {"generation": {"temperature": 0.2, "top_p": 0.9, "max_output_tokens": 1500}, "stop": ["###"]}
    assert told(old, new) == [
        ("changed", "generation/temperature", 0.7, 0.2),
        ("added", "generation/top_p", None, 0.9),
        ("removed", "stop/1", "END_OF_ANSWER", None),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"a": 1, "b": [1, 2]}', '{\n  "b": [1,2],\n  "a": 1\n}'),
        ('{"a": 1e2}', '{"a": 100}'),
        ('{"a": 100.0}', '{"a": 100}'),
        ('{"a": -0.0}', '{"a": 0}'),
        ('{"a": "\\u00e9"}', '{"a": "é"}'),
        ('{"a": 0e999999999999999999999}', '{"a": 0}'),
        ('{"a": 12345678901234567890.0}', '{"a": 1234567890.12345678900e10}'),
    ],
)
def test_spelling_never_shows(old: str, new: str) -> None:
    assert told(parse(old, exact_numbers=True), parse(new, exact_numbers=True)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("12345678901234567890.0", "12345678901234567891.0"),
        ("0.1", "0.1000000000000000055511151231257827"),
        ("9007199254740991", "9007199254740991.00000000001"),
        ("1e-300", "1.00000000000000000001e-300"),
    ],
)
def test_numbers_that_one_double_stands_for_are_told_apart(old: str, new: str) -> None:
    (change,) = compare_documents(parse(old, exact_numbers=True), parse(new, exact_numbers=True)).changes
    assert (written(change.old).lower(), written(change.new).lower()) == (old, new)


@pytest.mark.parametrize(("old", "new"), [(1, True), (0, False), (None, False), (1, "1"), ([], {}), ("", None)])
def test_kinds_of_values_are_never_mixed_up(old: object, new: object) -> None:
    assert told({"a": old}, {"a": new}) == [("changed", "a", old, new)]


def test_an_insert_into_an_array_does_not_shift_the_others() -> None:
    old = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Summarise the protocol."}]
    new = [old[0], {"role": "assistant", "content": "Which section?"}, old[1]]
    assert told({"messages": old}, {"messages": new}) == [("added", "messages/1", None, new[1])]


def test_a_change_behind_an_insert_says_where_it_was() -> None:
    old = [{"name": "search", "limit": 5}, {"name": "fetch", "timeout": 10}]
    new = [{"name": "lookup"}, {"name": "search", "limit": 8}, {"name": "fetch", "timeout": 10}]
    assert told(old, new) == [("added", "0", None, {"name": "lookup"}), ("changed", "1/limit", 5, 8, "0/limit")]


def test_an_item_that_changed_its_place_is_moved() -> None:
    assert told(["a", "b", "c", "d"], ["d", "a", "b", "c"]) == [("moved", "0", "d", "d", "3")]


def test_a_replaced_item_is_changed_in_place() -> None:
    assert told({"stop": ["###", "STOP", "END"]}, {"stop": ["###", "HALT", "END"]}) == [
        ("changed", "stop/1", "STOP", "HALT")
    ]


def test_a_value_that_went_into_a_new_object_is_moved() -> None:
    old = {"model": "m-1", "temperature": 0.7}
    new = {"model": "m-1", "generation": {"temperature": 0.7, "top_p": 0.9}}
    assert told(old, new) == [
        ("added", "generation", None, {"top_p": 0.9}),
        ("moved", "generation/temperature", 0.7, 0.7, "temperature"),
    ]
    assert sorted(each[:2] for each in told(new, old)) == [("moved", "temperature"), ("removed", "generation")]


def test_a_renamed_object_is_moved_and_a_renamed_number_is_not() -> None:
    assert told({"tools": {"a": 1, "b": 2}}, {"functions": {"b": 2, "a": 1}}) == [
        ("moved", "functions", {"a": 1, "b": 2}, {"a": 1, "b": 2}, "tools")
    ]
    assert sorted(each[0] for each in told({"top_k": 5}, {"limit": 5})) == ["added", "removed"]


def test_the_whole_document_can_change() -> None:
    assert told({"a": 1}, [1]) == [("changed", "", {"a": 1}, [1])]
    assert apply_changes(compare_documents({"a": 1}, [1]).changes, {"a": 1}) == [1]


def test_data_has_the_shape_of_the_protocol() -> None:
    data = compare_documents({"stop": ["a", "b"], "n": 1}, {"stop": ["b", "a"], "n": 2}).as_data()
    assert data == {
        "changes": [
            {"op": "changed", "path": ["n"], "old": 1, "new": 2},
            {"op": "moved", "path": ["stop", 0], "old": "b", "new": "b", "from": ["stop", 1]},
        ],
        "next": None,
        "counts": {"values": 2, "added": 0, "removed": 0, "changed": 1, "moved": 1},
        "coarse": False,
    }


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=3)
)
keys = st.sampled_from(["a", "b", "c", "name", "id", "role"])
documents = st.recursive(
    st.one_of(scalars, st.sampled_from(["a long telling string", "END_OF_ANSWER"])),
    lambda inner: st.one_of(st.lists(inner, max_size=6), st.dictionaries(keys, inner, max_size=5)),
    max_leaves=25,
)


@given(documents, documents)
@settings(max_examples=examples(500))
def test_applied_to_the_old_document_it_gives_the_new_one(old: object, new: object) -> None:
    check(old, new)


@given(documents, st.data())
@settings(max_examples=examples(400))
def test_it_leads_through_random_edits(old: object, data: st.DataObject) -> None:
    new = json.loads(json.dumps(old))
    for _ in range(data.draw(st.integers(1, 4))):
        new = edited(new, data)
    check(old, new)
    check(new, old)


def check(old: object, new: object) -> None:
    before = json.dumps(old)
    difference = compare_documents(old, new)
    assert same(apply_changes(difference.changes, old), new)
    assert json.dumps(old) == before
    assert bool(difference.changes) != same(old, new)
    through_json = json.loads(json.dumps([change.as_data() for change in difference.changes]))
    assert same(apply_changes(map(read, through_json), old), new)


def read(data: dict[str, Any]) -> Change:
    source = data.get("from")
    return Change(data["op"], tuple(data["path"]), data["old"], data["new"], None if source is None else tuple(source))


def edited(document: Any, data: st.DataObject) -> Any:
    """One random edit somewhere: a member or an item comes, goes, changes, or moves to another place."""
    containers = [each for each in walk(document) if isinstance(each, dict | list)]
    if not containers:
        return data.draw(documents)
    here, there = (containers[data.draw(st.integers(0, len(containers) - 1))] for _ in range(2))
    value = data.draw(documents)
    if here and data.draw(st.booleans()):
        taken = here.pop(data.draw(st.sampled_from(list(here) if isinstance(here, dict) else list(range(len(here))))))
        value = value if any(each is there for each in walk(taken)) or data.draw(st.booleans()) else taken
    if isinstance(there, dict):
        there[data.draw(keys)] = value
    else:
        there.insert(data.draw(st.integers(0, len(there))), value)
    return document


def walk(value: Any) -> list[Any]:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [value, *(each for item in inner for each in walk(item))]


@pytest.mark.parametrize(("old", "new"), neighbours("model_configuration"))
def test_it_leads_through_a_real_history(old: object, new: object) -> None:
    check(old, new)


def test_changes_of_another_document_are_refused() -> None:
    changes = compare_documents({"a": {"b": 1}}, {"a": {}}).changes
    with pytest.raises(ValueError, match="do not fit"):
        apply_changes(changes, {"c": 1})


def test_a_long_array_with_nothing_in_common_is_coarse_and_says_so() -> None:
    old, new = list(range(60_000)), [f"item {number}" for number in range(60_000)]
    difference = compare_documents(old, new, budget=Budget(rows=200_000))
    assert difference.coarse
    assert same(apply_changes(difference.changes, old), new)
