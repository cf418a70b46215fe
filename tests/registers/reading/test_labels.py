"""Short labels for texts."""

from __future__ import annotations

import pytest

from stages.registers.pages.labels import MAX_LABEL, labels_of


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], []),
        (["12 h", "48 h"], ["12 h", "48 h"]),
        (
            ["Report a grade 4 event within 12 h", "Report a grade 4 event within 48 h", "–"],
            ["…event within 12 h", "…event within 48 h", "–"],
        ),
        (["A text that is long, and by itself", "short"], ["A text that is long, and…", "short"]),
        (["A text that is long, and the same"] * 2, ["A text that is long, and…"] * 2),
        (
            ["Another beginning than the other", "This one begins in its own way"],
            ["Another beginning than t…", "This one begins in its o…"],
        ),
        (["a" * 50 + "x", "a" * 50 + "y"], ["…aaaaaaaaaax", "…aaaaaaaaaay"]),
    ],
)
def test_texts_that_begin_alike_are_told_apart(texts: list[str], expected: list[str]) -> None:
    labels = labels_of(texts, MAX_LABEL + 1)
    assert labels == expected
    assert all(len(label) <= MAX_LABEL + 1 for label in labels)
