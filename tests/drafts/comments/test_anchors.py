"""A range of lines follows its text: property tests on random edits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafts.comments.anchors import LineMap, LineSpan, follow, lines_of

words = st.text("abcdef ghi", min_size=1, max_size=12)
# Lines that occur once, so that there is exactly one right answer.
distinct_lines = st.lists(words.filter(str.strip), min_size=3, max_size=14, unique=True)
any_lines = st.lists(st.sampled_from(["", "a", "b", "a b c d", "}", "- item"]), max_size=12)


@st.composite
def texts_with_range(draw: st.DrawFn) -> tuple[list[str], LineSpan]:
    lines = draw(distinct_lines)
    first = draw(st.integers(1, len(lines)))
    return lines, LineSpan(first, draw(st.integers(first, len(lines))))


def quote_of(lines: list[str], span: LineSpan) -> str:
    return "\n".join(lines[span.from_line - 1 : span.to_line])


def where(lines: list[str], span: LineSpan, new: list[str]) -> LineSpan | None:
    return follow(span, quote_of(lines, span), old="\n".join(lines), new="\n".join(new))


@given(texts_with_range(), st.integers(0, 14), st.integers(1, 5))
def test_it_follows_inserted_lines(given_: tuple[list[str], LineSpan], at: int, count: int) -> None:
    lines, span = given_
    at = min(at, len(lines))
    new = [*lines[:at], *(f"inserted {number}" for number in range(count)), *lines[at:]]
    before, inside = at < span.from_line, span.from_line <= at < span.to_line
    expected = LineSpan(span.from_line + count * before, span.to_line + count * (before or inside))
    assert where(lines, span, new) == expected


@given(texts_with_range(), st.data())
def test_it_follows_deleted_lines(given_: tuple[list[str], LineSpan], data: st.DataObject) -> None:
    lines, span = given_
    gone = data.draw(st.sets(st.integers(1, len(lines))))
    kept = [number for number in range(1, len(lines) + 1) if number not in gone]
    new = [lines[number - 1] for number in kept]
    left = [place for place, number in enumerate(kept, 1) if span.from_line <= number <= span.to_line]
    found = LineMap(lines, new).follow(span)
    if left:
        assert found == LineSpan(min(left), max(left))
    else:
        assert found is None


@given(texts_with_range(), st.integers(0, 14))
def test_it_follows_moved_lines(given_: tuple[list[str], LineSpan], to: int) -> None:
    lines, span = given_
    moved = lines[span.from_line - 1 : span.to_line]
    rest = [*lines[: span.from_line - 1], *lines[span.to_line :]]
    to = min(to, len(rest))
    new = [*rest[:to], *moved, *rest[to:]]
    assert where(lines, span, new) == LineSpan(to + 1, to + len(moved))


@given(distinct_lines, distinct_lines)
def test_a_line_that_stands_once_in_both_texts_is_always_found(old: list[str], new: list[str]) -> None:
    line_map = LineMap(old, new)
    for number, line in enumerate(old, 1):
        if line in new:
            place = new.index(line) + 1
            assert line_map.follow(LineSpan(number, number), line) == LineSpan(place, place)


@given(any_lines, any_lines, st.data())
def test_whatever_was_edited_a_place_lies_in_the_new_text(old: list[str], new: list[str], data: st.DataObject) -> None:
    old, new = lines_of("\n".join(old)), lines_of("\n".join(new))
    first = data.draw(st.integers(1, len(old)))
    span = LineSpan(first, data.draw(st.integers(first, len(old))))
    found = where(old, span, new)
    if found is not None:
        assert 1 <= found.from_line <= found.to_line <= len(new)
    if old == new:
        assert found == span


def test_an_edited_line_is_still_the_line() -> None:
    old = "Intro\nGive the patient five milligrams once a day\nEnd"
    new = "Intro\nGive the patient two milligrams once a day\nEnd"
    assert follow(LineSpan(2, 2), "five milligrams", old=old, new=new) == LineSpan(2, 2)


@pytest.mark.parametrize(
    ("line", "edited"),
    [
        ("temperature: 0.7", "temperature: 0.2"),
        ("1,alpha,40", "1,beta,40"),
        ("Be consise", "Be concise"),
        ("k: 1", "k: 2"),
        ("- mg", "- ml"),
        ("retries=3", "retries=10"),
        ("stop: [END]", "stop: [END, STOP]"),
        ("Answer in English.", "Antworte auf Deutsch."),
        ("用量は5mgです。", "用量は10mgです。"),
        ("กินยาวันละครั้ง", "กินยาวันละสองครั้ง"),
        ("yes", "no"),
        ("two", "something else"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "# Head\n{}\n# Tail", "# Head\n\n{}\n\n# Tail", "# Head\n{}", "{}\n\n# Tail"])
def test_an_edited_line_between_its_neighbours_is_the_line(line: str, edited: str, around: str) -> None:
    old, new = around.format(line), around.format(edited)
    number = lines_of(old).index(line) + 1
    found = follow(LineSpan(number, number), line, old=old, new=new)
    if around == "{}" and line in {"yes", "two", "Answer in English."}:
        # A whole text that was replaced by another has no neighbours to know its line by.
        assert found is None
    else:
        assert found == LineSpan(number, number)


@pytest.mark.parametrize(
    ("old", "new", "span", "expected"),
    [
        # several short lines of a table or a list are edited at once
        ("id,name,n\n1,alpha,40\n2,gamma,50\n", "id,name,n\n1,beta,40\n2,delta,50\n", (2, 2), (2, 2)),
        ("id,name,n\n1,alpha,40\n2,gamma,50\n", "id,name,n\n1,beta,40\n2,delta,50\n", (3, 3), (3, 3)),
        ("a: 1\nb: 2\nc: 3", "a: 9\nb: 8\nc: 3", (1, 2), (1, 2)),
        # lines came before, the line itself was edited
        ("one: 1\ntemperature: 0.7\nend", "new\none: 1\nother\ntemperature: 0.2\nend", (2, 2), (4, 4)),
        # an edited first or last line still belongs to its range
        ("head\na = 1\nkept line\nb = 2\ntail", "head\na = 5\nkept line\nb = 2\ntail", (2, 4), (2, 4)),
        ("head\na = 1\nkept line\nb = 2\ntail", "head\na = 1\nkept line\nb = 7\ntail", (2, 4), (2, 4)),
        # the place is empty, or many other lines stand there
        ("one\nyes\nthree", "one\nthree", (2, 2), None),
        ("one\nyes\nthree", "one\nfour\nfive\nsix\nthree", (2, 2), None),
        # blank lines and brackets are no neighbours to know a line by
        ("\nfirst\n", "\nQUITE\n", (2, 2), None),
        ("{\nfirst\n}", "{\nQUITE\n}", (2, 2), None),
    ],
)
def test_edits_around_a_range(old: str, new: str, span: tuple[int, int], expected: tuple[int, int] | None) -> None:
    found = follow(LineSpan(*span), quote_of(lines_of(old), LineSpan(*span)), old=old, new=new)
    assert found == (LineSpan(*expected) if expected else None)


@given(distinct_lines, st.data())
def test_one_edited_line_is_always_found(lines: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(lines) - 2))
    edited = data.draw(words.filter(str.strip).filter(lambda text: text not in lines))
    new = [*lines[:at], edited, *lines[at + 1 :]]
    assert where(lines, LineSpan(at + 1, at + 1), new) == LineSpan(at + 1, at + 1)


def test_a_line_among_rewritten_ones_is_gone() -> None:
    new = "one\nsomething else\nand more of it\nthree"
    assert follow(LineSpan(2, 2), "two", old="one\ntwo\nthree", new=new) is None


def test_a_short_quote_is_found_between_its_old_neighbours_only() -> None:
    old = "one\nuse mg here\nthree"
    assert follow(
        LineSpan(2, 2), "mg", old=old, new="one\nwrite mg, never grams, wherever doses stand\nthree"
    ) == LineSpan(2, 2)
    assert follow(LineSpan(2, 2), "mg", old=old, new="one\nthree\nfour\nmg stands here too") is None


def test_a_telling_quote_is_found_wherever_it_stands_alone() -> None:
    quote = "ask the sponsor before any other dose"
    old = f"one\nAlways {quote} is given.\nthree"
    new = f"one\nthree\nfour\nTherefore, and without an exception, {quote}: that is the rule here now."
    assert follow(LineSpan(2, 2), quote, old=old, new=new) == LineSpan(4, 4)


def test_a_blank_line_that_stays_does_not_keep_what_is_gone() -> None:
    assert follow(LineSpan(1, 3), "alpha\n\nbeta", old="alpha\n\nbeta\nrest", new="\nrest") is None


def test_the_heavier_part_says_where_a_range_is() -> None:
    section = ["# Dosing", "Never more than the protocol allows.", "Always name the section you rely on."]
    old = [*section, "other", "more", "last"]
    new = ["# Dosing", "other", "more", "last", *section[1:]]
    assert where(old, LineSpan(1, 3), new) == LineSpan(5, 6)
