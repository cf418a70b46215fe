"""Rows of the permission matrix: the pages of executions."""

from __future__ import annotations

from typing import Final

from tests.matrix import OTHER, Row

PAGE: Final = "automation/executions/"
ONE: Final = f"{PAGE}{OTHER}/"
ACTS: Final = ("stop", "commit", "share", "discard")
# Of an execution that is not there; what each does is tested in `executing/test_pages.py`.
PAGES: Final = (
    Row("automation:executions", "GET", PAGE, 200),
    Row("automation:execution", "GET", ONE, "not_found"),
    Row("automation:execution_log", "GET", f"{ONE}log/", "not_found"),
    *(Row(f"automation:{each}_execution", "POST", f"{ONE}{each}/", "not_found") for each in ACTS),
)
BUDGETED_PAGES: Final = {"automation:executions": f"…{PAGE}"}
# They need an execution; the budget of its page is in `test_budgets.py`.
NO_PAGES: Final = (
    "automation:execution",
    "automation:execution_log",
    *(f"automation:{each}_execution" for each in ACTS),
)
