"""Changes by position: counting, applying, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.crdt.edits import (
    MAX_EDITS,
    Edit,
    apply_edits,
    bytes_to_units,
    check_edits,
    count_growth,
    count_units,
    fold_edits,
    from_units,
    merge_edits,
    points_to_units,
    to_units,
    units_to_bytes,
    units_to_points,
)
from kernel.errors import ValidationFailed
from tests.kernel.crdt.texts import changes, texts


@given(texts)
def test_units_are_what_utf16_counts(text: str) -> None:
    units = to_units(text)
    assert len(units) == count_units(text) == len(text.encode("utf-16-le")) // 2
    assert from_units(units) == text


@given(texts, st.data())
def test_positions_are_the_same_place_in_all_three_ways_of_counting(text: str, data: st.DataObject) -> None:
    points = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    units = [count_units(text[:point]) for point in points]
    in_bytes = [len(text[:point].encode()) for point in points]
    assert points_to_units(text, points) == units
    assert units_to_points(text, units) == points
    assert units_to_bytes(text, units) == in_bytes
    assert bytes_to_units(text, in_bytes) == units


def test_a_position_inside_a_character_has_no_place_in_bytes() -> None:
    with pytest.raises(UnicodeDecodeError):
        bytes_to_units("a😀", [2])


@given(texts, st.data())
def test_a_change_replaces_what_it_names(text: str, data: st.DataObject) -> None:
    edits = data.draw(changes(text))
    check_edits(edits, text)
    units = list(to_units(text))
    for edit in reversed(edits):
        units[edit.pos : edit.pos + edit.delete] = edit.insert
    after = from_units("".join(units))
    assert apply_edits(text, edits) == after
    assert count_units(after) == count_units(text) + count_growth(edits)


@given(texts, st.data())
def test_changes_in_a_row_give_what_they_give_one_by_one(text: str, data: st.DataObject) -> None:
    now, row = text, []
    for _turn in range(3):
        row.append(data.draw(changes(now)))
        now = apply_edits(now, row[-1])
    assert fold_edits(text, row) == now


def test_the_shortest_form_has_no_empty_edits_and_no_two_that_touch() -> None:
    edits = [Edit(0, 0, ""), Edit(1, 2, "x"), Edit(3, 0, "y"), Edit(3, 1, ""), Edit(5, 0, "z")]
    assert merge_edits(edits) == (Edit(1, 3, "xy"), Edit(5, 0, "z"))
    assert apply_edits("abcdef", edits) == apply_edits("abcdef", merge_edits(edits)) == "axyezf"


@pytest.mark.parametrize(
    ("edits", "name", "words"),
    [
        ([Edit(-1, 0, "x")], "edits.0", "negative"),
        ([Edit(0, -1, "x")], "edits.0", "negative"),
        ([Edit(0, 0, "x"), Edit(5, 0, "x")], "edits.1", "Beyond the end"),
        ([Edit(3, 2, "")], "edits.0", "Beyond the end"),
        ([Edit(4, 0, "x"), Edit(0, 0, "x")], "edits.1", "Not sorted"),
        ([Edit(0, 0, "x"), Edit(1, 3, "x"), Edit(3, 0, "x")], "edits.2", "Overlaps"),
        ([Edit(2, 0, "x")], "edits.0", "Inside a character"),
        ([Edit(0, 2, "x")], "edits.0", "Inside a character"),
        ([Edit(2, 1, "")], "edits.0", "Inside a character"),
        ([Edit(0, 0, "a\x00")], "edits.0", "NUL"),
        ([Edit(0, 0, "a\r\nb")], "edits.0", "CR"),
        ([Edit(0, 0, "\ud83d")], "edits.0", "surrogate"),
        ([Edit(0, 0, "x")] * (MAX_EDITS + 1), "edits", "At most 2000 edits"),
    ],
)
def test_what_does_not_fit_is_refused_and_named(edits: list[Edit], name: str, words: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        check_edits(edits, "a😀b")
    assert list(refused.value.errors) == [name]
    assert words in refused.value.errors[name][0]


def test_places_around_a_character_are_no_places_inside_it() -> None:
    check_edits([Edit(1, 2, "😁"), Edit(4, 0, "x")], "a😀b")
    check_edits([Edit(0, 1, "é"), Edit(1, 1, "")], "日本")
