"""Rows of the permission matrix: modules, rules, scripts, executions, views."""

from __future__ import annotations

from typing import Any

from tests.automation import execution_rows, foreign_rows, module_rows, passage_rows, rule_rows, script_rows, view_rows
from tests.matrix import SiteRow

_PARTS = (
    execution_rows,
    foreign_rows,
    module_rows,
    passage_rows,
    rule_rows,
    script_rows,
    view_rows,
)


def _of_all(name: str) -> tuple[Any, ...]:
    """What the parts have under a name, one after the other."""
    return tuple(each for part in _PARTS for each in getattr(part, name, ()))


REST = _of_all("REST")
SITE_REST = _of_all("SITE_REST")
# The frame of foreign views is the same for everybody.
SITE_PAGES = (SiteRow("automation:view_frame", "GET", "/view-frame/", 200, 200), *_of_all("SITE_PAGES"))
PAGES = _of_all("PAGES")
BUDGETED_PAGES = {key: value for part in _PARTS for key, value in getattr(part, "BUDGETED_PAGES", {}).items()}
NO_PAGES = ("automation:view_frame", *_of_all("NO_PAGES"))
SHORTCUTS = _of_all("SHORTCUTS")
REPEATS = _of_all("REPEATS")
NO_WRITES = ("automation.read",)
furnish = rule_rows.furnish
things_in = rule_rows.things_in
