"""Rows of the permission matrix: sites, what is held, and the record of home."""

from __future__ import annotations

from typing import Any

from tests.replication import admission_rows

_PARTS = (admission_rows,)


def _of_all(name: str) -> tuple[Any, ...]:
    """What the parts have under a name, one after the other."""
    return tuple(each for part in _PARTS for each in getattr(part, name, ()))


REST = _of_all("REST")
SITE_REST = _of_all("SITE_REST")
PAGES = _of_all("PAGES")
SITE_PAGES = _of_all("SITE_PAGES")
BUDGETED_PAGES = {key: value for part in _PARTS for key, value in getattr(part, "BUDGETED_PAGES", {}).items()}
NO_PAGES = _of_all("NO_PAGES")
SHORTCUTS = _of_all("SHORTCUTS")
REPEATS = _of_all("REPEATS")
NO_WRITES = _of_all("NO_WRITES")
