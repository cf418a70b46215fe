"""A text is cut into passages that stay themselves when other parts of it change."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from drafts.search.passages import LONGEST, MOST, line_of, passages


@given(st.text())
def test_every_word_that_is_no_monster_stands_in_a_passage(text: str) -> None:
    kept = " ".join(passages(text).values())
    assert all(word in kept for word in text.split() if any(map(str.isalnum, word)))


@given(st.lists(st.text("ab \n.", max_size=40), max_size=8))
def test_a_passage_is_found_on_a_line_that_has_it(lines: list[str]) -> None:
    text = "\n".join(lines)
    for passage in passages(text).values():
        assert passage in text.split("\n")[line_of(passage, text) - 1]


def test_a_whole_line_is_found_before_a_part_of_one() -> None:
    assert line_of("more", "more or less\nmore\n") == 2
    assert line_of("or less", "more or less\nmore\n") == 1


def test_one_change_in_a_long_line_changes_few_passages() -> None:
    random = Random(14)
    words = ["".join(random.choices("abcdefghij", k=random.randint(2, 9))) for _ in range(20_000)]
    before = passages(" ".join(words))
    after = passages(" ".join([*words[:500], "inserted", *words[500:]]))

    assert len(before) > 100
    assert len(before.keys() ^ after.keys()) <= 6
    assert all(len(passage) <= LONGEST for passage in before.values())


def test_what_has_no_spaces_for_long_is_left_out() -> None:
    assert list(passages("x" * (LONGEST + 1)).values()) == []
    assert list(passages(f"before {'x' * LONGEST * 2} after").values()) == ["before", " after"]


def test_a_text_has_only_so_many_passages() -> None:
    assert len(passages("\n".join(map(str, range(MOST + 5))))) == MOST
