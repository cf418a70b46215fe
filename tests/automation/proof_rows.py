"""Rows of this stage in the world of `tests/proof`."""

from __future__ import annotations

from tests.automation import foreign_rows, module_rows, rule_rows, script_rows
from tests.publishing.reviews import Review


def make_rows(review: Review) -> None:
    module_rows.make_rows(review)
    foreign_rows.make_rows(review)
    rule_rows.make_rows(review)
    script_rows.make_rows(review)
