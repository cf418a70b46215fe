"""Rows of the permission matrix: sites, what is held, and the record of home."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.callers import Caller
from projects.models import Project
from tests.replication import admission_rows, discovery_rows, held_rows, home_rows, page_rows

_PARTS: tuple[Any, ...] = (admission_rows, discovery_rows, held_rows, home_rows, page_rows)


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


def furnish(project: Project, caller: Caller) -> None:
    """Make what the paths of all parts name in a project."""
    for part in _PARTS:
        if hasattr(part, "furnish"):
            part.furnish(project, caller)


def things_in(project: Project) -> dict[str, UUID]:
    """What the paths of all parts name."""
    found: dict[str, UUID] = {}
    for part in _PARTS:
        found |= part.things_in(project) if hasattr(part, "things_in") else {}
    return found
