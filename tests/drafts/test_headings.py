"""What of a Markdown text is a heading."""

from __future__ import annotations

import pytest

from drafts.headings import Heading, heading_of


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("# Decided", Heading(1, "Decided")),
        ("   ### Open \t questions ## \t", Heading(3, "Open \t questions")),
        ("## ", Heading(2, "")),
        ("# ###", Heading(1, "")),
        ("####### Seven", None),
        ("#None", None),
        ("    # Code", None),
        ("", None),
    ],
)
def test_a_heading_has_its_level_and_title(line: str, heading: Heading | None):
    assert heading_of(line) == heading


def test_a_line_that_is_made_to_take_long_does_not():
    """With every way to divide the spaces tried, this would take years."""
    spaces = " " * 200_000
    for line in (f"# {spaces}x", f"# x{spaces}x", f"# {'# ' * 100_000}x", f"# x{'#' * 200_000}x"):
        assert heading_of(line) == Heading(1, line[2:].strip())
