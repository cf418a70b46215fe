"""The groups of the palette, and the sources of their entries. Apps register theirs.

    SOURCES.register("run-actions", PaletteSource("actions", actions_of_runs, position=60))

A source adds to a group of the trunk (`fields`, `actions`, `versions`, `projects`, `text`) or to one of its own app.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from django.utils.functional import Promise

from kernel.registry import Registry
from workspace.palette.entries import PaletteContext, PaletteEntry


class Matching(Enum):
    """How the entries of a group meet what was typed."""

    # Those whose labels fit are chosen, the best first; without a question all.
    RANKED = auto()
    # The source searched for it: all are shown, with what was typed marked; none without a question.
    SEARCHED = auto()
    # All are shown as they are; none without a question.
    ALWAYS = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteGroup:
    """A heading of the palette, over `limit` entries at most."""

    label: Promise
    position: float
    limit: int
    matching: Matching = Matching.RANKED


@dataclass(frozen=True, slots=True)
class PaletteSource:
    """Entries of a group, for where the palette is asked from and what was typed.

    It offers only what the person may do there, by a fixed number of queries.
    """

    group: str
    entries: Callable[[PaletteContext, str], Iterable[PaletteEntry]]
    position: float


GROUPS: Final = Registry[PaletteGroup]("group of the palette")
SOURCES: Final = Registry[PaletteSource]("source of the palette")
