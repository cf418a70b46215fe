"""Rows of the permission matrix: the pages of executions."""

from __future__ import annotations

from typing import Final

from tests.matrix import OTHER, Row

PAGE: Final = "automation/executions/"
PAGES: Final = (
    Row("automation:executions", "GET", PAGE, 200),
    Row("automation:execution", "GET", f"{PAGE}{OTHER}/", "not_found"),
)
BUDGETED_PAGES: Final = {"automation:executions": f"…{PAGE}"}
# It needs an execution; its budget is in `test_budgets.py`.
NO_PAGES: Final = ("automation:execution",)
