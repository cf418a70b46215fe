"""Who wrote each character, whatever happens to it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.crdt.edits import Edit, Edits, apply_edits, count_units
from stages.pads.authors import Authors, Run, Runs, count_characters, cut_runs, join_runs, relabel
from tests.kernel.crdt.texts import changes, texts

numbers = st.integers(0, 3)
runs_of_any = st.lists(st.tuples(st.integers(0, 2**31), st.integers(1, 2**21)))


def naive(authors: Sequence[int]) -> Runs:
    return join_runs((author, 1) for author in authors)


@st.composite
def credit(draw: st.DrawFn, edits: Edits) -> list[int] | None:
    """One author for each inserted unit, or none."""
    count = sum(count_units(edit.insert) for edit in edits)
    return draw(st.none() | st.lists(numbers, min_size=count, max_size=count))


def test_each_character_keeps_its_author() -> None:
    ed, mara = 1, 2
    authors = Authors()
    authors.apply([Edit(0, 0, "alpha")], ed)
    authors.apply([Edit(2, 0, "X")], mara)
    authors.apply([Edit(0, 1, "")], ed)
    assert authors.runs == ((ed, 1), (mara, 1), (ed, 3))
    assert [authors.author_at(position) for position in range(5)] == [ed, mara, ed, ed, ed]
    assert count_characters(authors.runs) == {ed: 4, mara: 1}


def test_two_sessions_of_one_account_are_one_author() -> None:
    account = {1: 7, 2: 8, 3: 7}
    assert relabel([(1, 2), (3, 4), (2, 1)], account.__getitem__) == ((7, 6), (8, 1))


@given(texts, st.data())
def test_runs_are_what_a_list_of_each_character_s_author_gives(text: str, data: st.DataObject) -> None:
    authors, each = Authors([(0, count_units(text))]), [0] * count_units(text)
    for _revision in range(data.draw(st.integers(1, 6))):
        edits, author = data.draw(changes(text)), data.draw(numbers)
        credited = data.draw(credit(edits))
        names = list(credited) if credited is not None else [author] * sum(count_units(edit.insert) for edit in edits)
        authors.apply(edits, author, None if credited is None else naive(credited))
        for edit in reversed(edits):
            count = count_units(edit.insert)
            each[edit.pos : edit.pos + edit.delete] = names[len(names) - count :]
            del names[len(names) - count :]
        text = apply_edits(text, edits)
        assert authors.runs == naive(each)
        assert authors.length == len(each) == count_units(text)
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(each)), st.integers(0, len(each)))))
    assert authors.cut(start, end) == cut_runs(authors.runs, start, end) == naive(each[start:end])


@given(runs_of_any)
def test_what_is_kept_is_read_back(runs: list[Run]) -> None:
    authors = Authors(runs)
    again = Authors.loads(authors.dumps())
    assert again.runs == authors.runs == join_runs(runs)
    assert again.length == authors.length


def test_a_run_of_a_page_takes_three_bytes() -> None:
    assert len(Authors([(5, 2_000)]).dumps()) == 3


@pytest.mark.parametrize("data", [b"\x01", b"\x01\x00", b"\x01\x80", b"\x01\x02\x03"])
def test_what_nobody_kept_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no runs"):
        Authors.loads(data)


@pytest.mark.parametrize(
    ("edits", "credited"),
    [
        ([Edit(0, 0, "ab")], [(2, 1)]),
        ([Edit(0, 0, "ab")], [(2, 3)]),
        ([Edit(3, 0, "x")], None),
        ([Edit(1, 2, "")], None),
    ],
)
def test_what_does_not_fit_changes_nothing(edits: list[Edit], credited: list[Run] | None) -> None:
    authors = Authors([(1, 2)])
    with pytest.raises(ValueError, match=r"as long as|Beyond the end"):
        authors.apply(edits, 1, credited)
    assert authors.runs == ((1, 2),)


def test_a_copy_is_folded_on_its_own() -> None:
    authors = Authors([(1, 2)])
    authors.copy().apply([Edit(0, 0, "x")], 2)
    assert authors.runs == ((1, 2),)
