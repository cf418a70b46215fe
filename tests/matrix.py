"""Who may do what, while the project is in which status: one row for each method of each address, found in every app.

An installed app declares its rows in `tests/<label>/matrix.py` (where it has a package of its own, in
`<package>/tests/matrix.py`):

- `REST`, `PAGES`: rows of addresses of a project, relative to it;
- `SITE_REST`, `SITE_PAGES`: rows of all other addresses;
- `BUDGETED_PAGES`: every address that answers a GET with a page or a part of one, by name; `NO_PAGES`: all others;
- `REPEATS`: actions, each with a function that arranges its write in the world of `tests/projects/repeats.py`;
  `NO_WRITES`: actions that write nothing;
- `SHORTCUTS`: names of those that its own scripts listen to;
- `furnish(project, caller)`: makes what its paths name in a project, as its owner; `things_in(project)`: finds it.

The rows are written by hand from docs/rules.md ("Roles", "Order of checks"), not derived from what the product reads.
An address without a row fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any
from uuid import UUID

from django.apps import apps

from accounts.callers import Caller
from projects.models import Project
from tests.exploring import EXPLORES

EVERYBODY = ("owner", "editor", "reviewer", "viewer", "visitor", "auditor")
WRITERS = ("owner", "editor")
REVIEWERS = (*WRITERS, "reviewer")
OWNERS = ("owner",)
NO_MEMBER_OF_IT = ("outsider",)
PERSONAS = (*EVERYBODY, *NO_MEMBER_OF_IT, "anonymous")
# Administrators are nobody in a project.
SITE_PERSONAS = (*PERSONAS, "administrator")

ALWAYS = ("open", "in_review", "frozen", "archived")
OPEN = ("open",)
NOT_ARCHIVED = ("open", "in_review", "frozen")
IN_REVIEW = ("in_review",)
CLOSED = ("frozen", "archived")

SESSION = "{session}"
FIELD = "{field}"
OTHER = "01890000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Row:
    """One method of one address of a project; a path from the root is that of something in it.

    ``may`` are the personas who may; ``in_status`` says when. ``answer`` is what those are told: a status, or the code
    of a refusal that comes after every question of permission.
    """

    name: str
    method: str
    path: str
    answer: int | str
    may: tuple[str, ...] = EVERYBODY
    in_status: tuple[str, ...] = ALWAYS
    body: Mapping[str, Any] = field(default_factory=dict)

    def path_in(self, project: str, **names: object) -> str:
        """Its path, below that of a project, with the names in it filled in."""
        return (self.path if self.path.startswith("/") else f"{project}{self.path}").format(**names)

    def expected(self, persona: str, status: str) -> int | str:
        """What a persona is told."""
        if persona == "anonymous":
            return "not_authenticated"
        if persona in NO_MEMBER_OF_IT:
            return "not_found"
        if persona not in self.may:
            return "permission_denied"
        return self.answer if status in self.in_status else "project_frozen"

    def asked(self) -> Iterator[tuple[str, str]]:
        """In which status which persona asks it; an exploration asks for all of them.

        The first who may does in every status, and so do all who may where an answer depends on it. Everybody else has
        one status, which is another one for each persona and from row to row.
        """
        for number, persona in enumerate(PERSONAS, sum(self.name.encode())):
            may_here = persona in self.may and (self.in_status != ALWAYS or persona == self.may[0])
            if EXPLORES or may_here:
                yield from ((status, persona) for status in ALWAYS)
            else:
                yield ALWAYS[number % len(ALWAYS)], persona


@dataclass(frozen=True)
class SiteRow:
    """One method of one address outside of projects: what those are told who `may`, and what anonymous requests are."""

    name: str
    method: str
    path: str
    answer: int | str
    anonymous: int | str = "not_authenticated"
    may: tuple[str, ...] = tuple(persona for persona in SITE_PERSONAS if persona != "anonymous")

    def expected(self, persona: str) -> int | str:
        """What a persona is told."""
        if persona == "anonymous":
            return self.anonymous
        return self.answer if persona in self.may else "permission_denied"


@cache
def matrices() -> tuple[ModuleType, ...]:
    """The modules of all installed apps that declare rows."""
    return tuple(import_module(name) for name in sorted(_names()))


def declared(name: str) -> list[Any]:
    """All rows (or other entries) that the modules declare under a name."""
    return [entry for module in matrices() for entry in getattr(module, name, ())]


def things_in(project: Project) -> dict[str, UUID]:
    """What addresses of a project name in it."""
    found: dict[str, UUID] = {}
    for module in matrices():
        found |= module.things_in(project) if hasattr(module, "things_in") else {}
    return found


def furnish(project: Project, caller: Caller) -> None:
    """Make what the addresses of a project name in it; the caller owns the project."""
    for module in matrices():
        if hasattr(module, "furnish"):
            module.furnish(project, caller)


def _names() -> Iterator[str]:
    for app in apps.get_app_configs():
        yield from filter(_exists, (f"tests.{app.label}.matrix", f"{app.name}.tests.matrix"))


def _exists(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        # There are no such tests, or they are one module.
        return False
