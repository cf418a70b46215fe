"""Operational transformation: the cases of the diagram, and what holds for any change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.crdt.edits import Edit, Edits, apply_edits, check_edits, fold_edits, merge_edits
from stages.pads.ot import compose, invert, transform, transform_over, transform_pair
from tests.kernel.crdt.texts import changes, texts


def test_at_the_current_revision_nothing_is_missed() -> None:
    edits, missed = transform_over((Edit(10, 0, "a"),), [])
    assert (edits, missed) == ((Edit(10, 0, "a"),), [])
    assert apply_edits("0123456789", edits) == "0123456789a"


def test_an_edit_behind_is_moved_and_its_sender_gets_what_it_missed() -> None:
    edits, missed = transform_over((Edit(10, 0, "a"),), [(Edit(0, 0, "X"),)])
    assert edits == (Edit(11, 0, "a"),)
    assert missed == [(Edit(0, 0, "X"),)]
    assert fold_edits("0123456789a", missed) == "X0123456789a"


def test_at_one_place_the_earlier_revision_is_on_the_left() -> None:
    edits, missed = transform_over((Edit(5, 0, "E"),), [(Edit(5, 0, "M"),)])
    assert apply_edits("01234M56789", edits) == "01234ME56789"
    assert fold_edits("01234E56789", missed) == "01234ME56789"
    assert transform([Edit(5, 0, "E")], [Edit(5, 0, "M")], side="right") == (Edit(6, 0, "E"),)
    assert transform([Edit(5, 0, "E")], [Edit(5, 0, "M")], side="left") == (Edit(5, 0, "E"),)


def test_what_was_inserted_into_deleted_text_stays() -> None:
    edits, missed = transform_over((Edit(2, 0, "x"),), [(Edit(1, 3, ""),)])
    assert apply_edits("ae", edits) == "axe"
    assert fold_edits("abxcde", missed) == "axe"


@pytest.mark.parametrize(
    ("earlier", "later", "text"),
    [
        ((Edit(1, 3, "M"),), (Edit(1, 3, "E"),), "aMEe"),
        ((Edit(1, 3, "M"),), (Edit(2, 0, "E"),), "aMEe"),
        ((Edit(2, 0, "M"),), (Edit(1, 3, "E"),), "aEMe"),
        ((Edit(0, 5, ""),), (Edit(0, 5, ""),), ""),
        ((Edit(1, 2, ""),), (Edit(2, 2, ""),), "ae"),
    ],
)
def test_replacements_of_the_same_text(earlier: Edits, later: Edits, text: str) -> None:
    first, second = transform_pair(earlier, later)
    assert fold_edits("abcde", [earlier, second]) == fold_edits("abcde", [later, first]) == text


@given(texts, st.data())
def test_both_ways_lead_to_one_text(text: str, data: st.DataObject) -> None:
    earlier, later = data.draw(changes(text)), data.draw(changes(text))
    first, second = transform_pair(earlier, later)
    for base, edits in ((apply_edits(text, earlier), second), (apply_edits(text, later), first)):
        check_edits(edits, base)
        assert edits == merge_edits(edits)
    assert fold_edits(text, [earlier, second]) == fold_edits(text, [later, first])
    assert transform(later, earlier, side="right") == second
    assert transform(earlier, later, side="left") == first


@given(texts, st.data())
def test_a_client_far_behind_gets_the_text_of_the_others(text: str, data: st.DataObject) -> None:
    mine = data.draw(changes(text))
    revisions, now = [], text
    for _revision in range(data.draw(st.integers(0, 5))):
        revisions.append(data.draw(changes(now)))
        now = apply_edits(now, revisions[-1])
    edits, missed = transform_over(mine, revisions)
    assert apply_edits(now, edits) == fold_edits(apply_edits(text, mine), missed)


@given(texts, st.data())
def test_a_composed_change_does_what_both_do(text: str, data: st.DataObject) -> None:
    first = data.draw(changes(text))
    between = apply_edits(text, first)
    then = data.draw(changes(between))
    both = compose(first, then)
    check_edits(both, text)
    assert both == merge_edits(both)
    assert apply_edits(text, both) == apply_edits(between, then)


@given(texts, st.data())
def test_transforming_over_a_composed_change_gives_the_text_of_transforming_twice(
    text: str, data: st.DataObject
) -> None:
    first = data.draw(changes(text))
    then = data.draw(changes(apply_edits(text, first)))
    mine = data.draw(changes(text))
    now = fold_edits(text, [first, then])
    at_once = transform(mine, compose(first, then))
    assert sorted(apply_edits(now, at_once)) == sorted(apply_edits(now, transform_over(mine, [first, then])[0]))


@given(texts, st.data())
def test_an_inverse_brings_the_text_back(text: str, data: st.DataObject) -> None:
    edits = data.draw(changes(text))
    after = apply_edits(text, edits)
    inverse = invert(edits, text)
    check_edits(inverse, after)
    assert apply_edits(after, inverse) == text
    assert apply_edits(text, compose(edits, inverse)) == text
    assert invert(inverse, after) == edits
