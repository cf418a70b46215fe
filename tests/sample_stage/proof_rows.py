"""Rows of this stage in the world of `tests/proof`."""

from __future__ import annotations

from tests.publishing.reviews import Review, caller_of
from tests.sample_stage.services import add_note


def make_rows(review: Review) -> None:
    """One note."""
    add_note(caller=caller_of(review.people["editor"]), project_id=review.project.id, text="Ask the clinic")
