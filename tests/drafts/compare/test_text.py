"""The difference of two texts: what it says, and that it leads from the one to the other."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drafts.compare.budget import Budget
from drafts.compare.rows import Fold, SplitRow, changed_lines, places, sections, split_rows, unfold
from drafts.compare.text import Hunk, Row, TextDifference, apply_hunks, compare_texts
from tests.drafts.compare.history import neighbours
from tests.exploring import examples

OLD = """\
# Role
- Report a missing value.
- ECOG performance status must be no older than 28 days at screening.

- A grade 4 event ends the answer with:
  > Report to the sponsor within 48 hours (section 9.3.1).
- Offer a summary of similar cases from the corpus.
- Never advise to continue after an unresolved grade 3 event.

"""
NEW = """\
# Role
- Report a missing value.
- ECOG performance status must be no older than 14 days at screening.

- A grade 4 event, or any suspected unexpected serious reaction, ends the answer with:
  > Report to the sponsor within 24 hours (section 9.3.2).
- Never reassure, and never advise to continue after an unresolved grade 3 event.
- If two sources disagree, quote both and set `escalate` to true.

"""


def marked(row: Row | None) -> str:
    return "" if row is None else "".join(f"[{text}]" if mark else text for text, mark in row.pieces())


def changed_rows(difference: TextDifference) -> list[Row]:
    return [row for hunk in difference.hunks for row in hunk.rows if row.kind != "equal"]


def test_it_marks_the_words_of_a_changed_line() -> None:
    marks = [marked(row) for row in changed_rows(compare_texts(OLD, NEW))]
    assert "- ECOG performance status must be no older than [28] days at screening." in marks
    assert "- A grade 4 event[, or any suspected unexpected serious reaction, ]ends the answer with:" in marks
    assert "  > Report to the sponsor within [24] hours (section 9.3.[2])." in marks
    assert "- Never [reassure, and never ]advise to continue after an unresolved grade 3 event." in marks


def test_split_rows_stand_level_with_their_partner_and_leave_voids() -> None:
    (hunk,) = compare_texts(OLD, NEW).hunks
    rows = [row for row in split_rows(hunk) if row.place == 2]
    assert [(row.left and row.left.old, row.right and row.right.new) for row in rows] == [
        (5, 5),
        (6, 6),
        (7, None),
        (8, 7),
        (None, 8),
    ]
    assert places(hunk) == 2
    assert changed_lines(compare_texts(OLD, NEW)) == [(3, 3), (5, 8)]
    assert changed_lines(compare_texts("a\nb\n", "b\n")) == [(0, 0)]


def test_it_counts_lines_words_and_places() -> None:
    counts = compare_texts(OLD, NEW).counts
    assert (counts.lines_removed, counts.lines_added, counts.places) == (5, 5, 2)
    assert counts.words_removed == 12  # 28, 48, 1, and the nine words of the line that went
    assert counts.words_added == 23


def test_folds_and_hunks_make_up_the_whole_text() -> None:
    old = "".join(f"line {number}\n" for number in range(1, 41))
    new = old.replace("line 20\n", "line twenty\n")
    difference = compare_texts(old, new)
    first, hunk, last = sections(difference)
    assert (first, last) == (Fold(1, 1, 16), Fold(24, 24, 17))
    assert isinstance(hunk, Hunk)
    assert (hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count) == (17, 7, 17, 7)
    assert isinstance(last, Fold)
    assert [row.text for row in unfold(difference, last)][-1] == "line 40"


def test_a_missing_final_newline_is_told() -> None:
    difference = compare_texts("a\nb\n", "a\nb")
    removed, added = changed_rows(difference)
    assert (removed.ends, added.ends) == (True, False)
    assert added.as_data() == {"op": "added", "old": None, "new": 2, "text": "b", "partner": 2, "missing_newline": True}


def test_a_block_that_moved_is_told_and_not_counted_as_changed() -> None:
    block = "Never infer a missing value.\nQuote the source line.\n"
    rest = "".join(f"Rule number {number} stands here.\n" for number in range(12))
    difference = compare_texts(block + rest, rest + block)
    (move,) = difference.moves
    assert (move.old_start, move.new_start, move.count) == (1, 13, 2)
    assert [row.moved for row in changed_rows(difference)] == [13, 14, 1, 2]
    assert (difference.counts.lines_moved, difference.counts.lines_added, difference.counts.words_added) == (2, 0, 0)


def test_marks_count_utf16_code_units() -> None:
    removed, added = changed_rows(compare_texts("the 🧪 dose is 5 mg 🧪", "the 🧪 dose is 7 mg 🧪"))
    assert removed.as_data()["marks"] == [[15, 16]]
    assert marked(added) == "the 🧪 dose is [7] mg 🧪"


@pytest.mark.parametrize(
    ("old", "new", "left", "right"),
    [
        ("a  b", "a b", "a[  ]b", "a[ ]b"),
        ("  same", "same", "[  ]same", "same"),
        ("same ", "same", "same[ ]", "same"),
        ("one two", "one two three", "one two", "one two[ three]"),
        ("two three", "one two three", "two three", "[one ]two three"),
        ("用量は五ミリです", "用量は七ミリです", "用量は[五]ミリです", "用量は[七]ミリです"),
        ("cafe\u0301 dose", "cafe dose", "[cafe\u0301] dose", "[cafe] dose"),
        (
            "max_output_tokens = 1500",
            "max_output_tokens = 900",
            "max_output_tokens = [1500]",
            "max_output_tokens = [900]",
        ),
    ],
)
def test_what_is_marked_in_a_line(old: str, new: str, left: str, right: str) -> None:
    removed, added = changed_rows(compare_texts(old, new))
    assert (marked(removed), marked(added)) == (left, right)


def test_lines_with_nothing_in_common_are_not_marked() -> None:
    removed, added = changed_rows(compare_texts("Be brief.", "Quote every source line in full"))
    assert (removed.spans, added.spans) == ((), ())


def test_text_that_came_between_blank_lines_ends_with_its_blank_line() -> None:
    difference = compare_texts("one\n\nthree\n", "one\n\ntwo\n\nthree\n")
    assert [row.text for row in changed_rows(difference)] == ["two", ""]


def test_an_indented_block_keeps_its_pairs_however_long() -> None:
    old = "".join(f"rule {number} stands\n" for number in range(2_000))
    new = "".join(f"    rule {number} stands\n" for number in range(2_000))
    rows = changed_rows(compare_texts(old, new))
    assert all(row.partner == (row.old or row.new) for row in rows)


lines = st.lists(st.sampled_from(["", "a", "b c", "b  c d", "  indented", "x" * 30, "é🧪 mg", "  "]), max_size=30)
texts = st.builds(lambda parts, end: "\n".join(parts) + end, lines, st.sampled_from(["", "\n"]))
anything = st.text(st.sampled_from(string.ascii_lowercase[:4] + " \n.,🧪é\u2028\x0b"), max_size=120)


@given(st.one_of(texts, anything), st.one_of(texts, anything), st.integers(0, 4))
@settings(max_examples=examples(400))
def test_applied_to_the_old_text_it_gives_the_new_one(old: str, new: str, context: int) -> None:
    difference = compare_texts(old, new, context=context)
    assert apply_hunks(difference.hunks, old) == new
    assert bool(difference.hunks) == (old != new)
    check_rows(difference)
    check_whole(difference, old, new)


@given(lines, st.data())
@settings(max_examples=examples(200))
def test_it_leads_through_random_edits(start: list[str], data: st.DataObject) -> None:
    edited = list(start)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(edited)))
        edited[at : at + data.draw(st.integers(0, 3))] = data.draw(lines)[:3]
    old, new = "\n".join(start), "\n".join(edited)
    assert apply_hunks(compare_texts(old, new).hunks, old) == new
    assert apply_hunks(compare_texts(new, old).hunks, new) == old


def check_rows(difference: TextDifference) -> None:
    """Whatever a row says of another line is true, on both sides, and its marks lie inside the line."""
    rows = changed_rows(difference)
    removed = {row.old: row for row in rows if row.kind == "removed"}
    added = {row.new: row for row in rows if row.kind == "added"}
    for row in rows:
        mine, others = (row.old, added) if row.kind == "removed" else (row.new, removed)
        assert "".join(text for text, _ in row.pieces()) == row.text
        if row.partner is not None:
            assert others[row.partner].partner == mine
        if row.moved is not None:
            assert others[row.moved].moved == mine
            assert others[row.moved].text == row.text
    for row in removed.values():
        if row.partner is not None and row.ends == added[row.partner].ends:
            kept = ["".join(text for text, mark in each.pieces() if not mark) for each in (row, added[row.partner])]
            assert not row.spans or "".join(kept[0].split()) == "".join(kept[1].split())


def check_whole(difference: TextDifference, old: str, new: str) -> None:
    """Folds and split rows show every line of both texts once, in order."""
    shown: list[SplitRow] = []
    for section in sections(difference):
        if isinstance(section, Fold):
            shown += (SplitRow(row, row) for row in unfold(difference, section))
        else:
            shown += split_rows(section)
    left = [row.left.text for row in shown if row.left]
    right = [row.right.text for row in shown if row.right]
    assert (left, right) == (difference.old.lines, difference.new.lines)
    assert [row.right.new for row in shown if row.right] == list(range(1, len(right) + 1))
    assert (difference.old.text(), difference.new.text()) == (old, new)


def test_hunks_of_another_text_are_refused() -> None:
    with pytest.raises(ValueError, match="from line 1 on"):
        apply_hunks(compare_texts("a\n", "b\n").hunks, "c\n")


@pytest.mark.parametrize(("old", "new"), neighbours("prompt_text"))
def test_it_leads_through_a_real_history(old: str, new: str) -> None:
    difference = compare_texts(old, new)
    assert apply_hunks(difference.hunks, old) == new
    assert not difference.coarse
    check_rows(difference)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n".join(f"alpha {n} beta" for n in range(60_000)), "\n".join(f"GAMMA {n * 7} x" for n in range(60_000))),
        ("alpha beta " * 90_000, "gamma, delta " * 77_000),
        ("x\ny\n" * 60_000, "y\ny\nx\n" * 40_000),
        (".,;" * 300_000, ";.," * 300_000),
        ("a" * 1_000_000, "b" * 1_000_000),
    ],
    ids=["lines", "one line", "repeated lines", "signs", "no spaces"],
)
def test_pathological_pairs_spend_no_more_than_the_budget(old: str, new: str) -> None:
    budget = Budget(rows=1_000_000)
    difference = compare_texts(old, new, budget=budget)
    assert budget.cells >= 0
    assert budget.pairs >= 0
    assert apply_hunks(difference.hunks, old) == new


def test_nothing_in_common_at_length_is_coarse_and_says_so() -> None:
    old = "\n".join(f"alpha {number} beta" for number in range(60_000))
    new = "\n".join(f"GAMMA-{number * 7}" for number in range(60_000))
    assert compare_texts(old, new).coarse
    assert compare_texts(old.replace("\n", " "), new.replace("\n", " ")).coarse
    assert not compare_texts(old, old + "\nmore").coarse


def test_the_history_is_left_out_where_it_is_not_there(tmp_path: Path) -> None:
    assert neighbours("prompt_text", tmp_path / "missing.jsonl") == []


@given(texts, texts, st.integers(1, 5))
def test_parts_of_a_difference_make_the_whole(old: str, new: str, rows: int) -> None:
    whole = compare_texts(old, new)
    parts: list[Hunk] = []
    after: int | None = 0
    while after is not None:
        part = compare_texts(old, new, budget=Budget(rows=rows, skip=after))
        parts += part.hunks
        after = part.next
    assert [row for hunk in parts for row in hunk.rows] == [row for hunk in whole.hunks for row in hunk.rows]
    assert apply_hunks(parts, old) == new
