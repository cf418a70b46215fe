"""Rows of the permission matrix: modules, rules and scripts."""

from __future__ import annotations

from typing import Any

from tests.automation import module_rows, passage_rows, rule_rows, script_rows, view_rows
from tests.matrix import SiteRow

REST: tuple[Any, ...] = (*module_rows.REST, *passage_rows.REST, *rule_rows.REST, *script_rows.REST)
SITE_REST: tuple[Any, ...] = (*module_rows.SITE_REST, *script_rows.SITE_REST)
# The frame of foreign views is the same for everybody.
SITE_PAGES = (SiteRow("automation:view_frame", "GET", "/view-frame/", 200, 200),)
PAGES: tuple[Any, ...] = (*module_rows.PAGES, *passage_rows.PAGES, *rule_rows.PAGES, *view_rows.PAGES)
BUDGETED_PAGES = {**module_rows.BUDGETED_PAGES, **passage_rows.BUDGETED_PAGES, **rule_rows.BUDGETED_PAGES}
NO_PAGES = (
    "automation:view_frame",
    *module_rows.NO_PAGES,
    *passage_rows.NO_PAGES,
    *rule_rows.NO_PAGES,
    *view_rows.NO_PAGES,
)
SHORTCUTS = (*passage_rows.SHORTCUTS,)
REPEATS: tuple[Any, ...] = (*module_rows.REPEATS, *rule_rows.REPEATS, *script_rows.REPEATS)
NO_WRITES = ("automation.read",)
furnish = rule_rows.furnish
things_in = rule_rows.things_in
