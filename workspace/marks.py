"""Marks beside the state of a project, in the header of all its pages. Apps register theirs.

MARKS.register("runs", mark_of_runs)  # def mark_of_runs(context: MarkContext) -> Mark | None
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from accounts.models import User
from kernel.registry import Registry
from projects.access import Access


@dataclass(frozen=True, slots=True)
class MarkContext:
    """The project as its reader sees it."""

    access: Access
    user: User


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A few words with an icon that lead to a page. `title` says on hover what they mean; `bad` are those in red.

    `on` are the beginnings of the names of events, ephemeral ones too, after which a header asks again, with spaces
    between; one that `changes_silently` is asked for now and then, too. Without words nothing is shown, and followed
    all the same.
    """

    icon: str = ""
    words: str = ""
    url: str = ""
    title: str = ""
    tone: Literal["", "bad"] = ""
    on: str = ""
    changes_silently: bool = False


# One query at most, whatever the project holds; None where there is nothing to say, nor to follow.
MARKS: Final = Registry[Callable[[MarkContext], Mark | None]]("mark of a project")


def shown_marks(context: MarkContext) -> Iterator[Mark]:
    """The marks that have something to say, or to follow."""
    for mark_of in MARKS.values():
        if (mark := mark_of(context)) is not None:
            yield mark
