"""Rows of this stage in the world of `tests/proof`."""

from __future__ import annotations

from tests.publishing.reviews import Review


def make_rows(review: Review) -> None:
    """None yet: no table of the stage is rebuilt from events."""
