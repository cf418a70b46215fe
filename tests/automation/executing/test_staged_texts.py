"""What is changed at the end of a long text is shown, not what stays at its beginning."""

from __future__ import annotations

import pytest

from stages.automation.reading.staged import MAX_TEXT, cut_sides

SAME = "same " * 500


@pytest.mark.parametrize(
    ("now", "then"), [(f"{SAME}old", f"{SAME}new"), (SAME, f"{SAME}new"), (f"{SAME}old", SAME), (SAME, "new")]
)
def test_the_difference_of_long_texts_is_shown(now: str, then: str) -> None:
    before, after = cut_sides(now, then)
    assert before != after
    assert ("new" in after) == ("new" in then)
    assert max(len(before), len(after)) <= MAX_TEXT + 2


def test_short_texts_are_whole() -> None:
    assert cut_sides("one", None) == ("one", "")
    assert cut_sides(None, 5) == ("", "5")
