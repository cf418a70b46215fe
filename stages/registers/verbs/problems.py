"""Problems of many rows at once: all of them are named, by row and column, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext

from kernel.errors import Conflict, NotFound, PayloadTooLarge, ValidationFailed

# More are counted, not listed.
MAX_LISTED: Final = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row (from 1; None where there is one only) and a column (empty: in the row)."""

    row: int | None
    column: str
    message: str


@dataclass(slots=True)
class Problems:
    """What was wrong so far. `label_of` answers what a column is called."""

    found: list[Problem] = field(default_factory=list)

    @contextmanager
    def of(self, row: int | None, column: str = "") -> Iterator[None]:
        """Note what is refused within, and go on. A refusal of a single row is raised as it is."""
        try:
            yield
        except ValidationFailed as error:
            for name, messages in error.errors.items():
                self.found += [Problem(row, name, message) for message in messages]
        except (Conflict, NotFound, PayloadTooLarge) as error:
            if row is None:
                raise
            self.found.append(Problem(row, column, error.detail))

    def check(self) -> None:
        """Raises `ValidationFailed` with all problems, named `rows.617.due`; the words are those of the first one."""
        if not self.found:
            return
        errors: dict[str, list[str]] = {}
        for each in self.found[:MAX_LISTED]:
            errors.setdefault(_path(each), []).append(each.message)
        detail = _sentence(self.found[0])
        if len(self.found) > 1:
            detail += " " + gettext("And %(count)s more.") % {"count": f"{len(self.found) - 1:,}"}
        error = ValidationFailed(errors, detail)
        error.extra["problem_count"] = len(self.found)
        raise error


def _path(problem: Problem) -> str:
    if problem.row is None:
        return problem.column
    return ".".join(filter(None, ("rows", str(problem.row), problem.column)))


def _sentence(problem: Problem) -> str:
    if problem.row is None:
        return f"{problem.column}: {problem.message}"
    if not problem.column:
        return gettext("Row %(row)s: %(message)s") % {"row": problem.row, "message": problem.message}
    facts = {"row": problem.row, "column": problem.column, "message": problem.message}
    return gettext("Row %(row)s, %(column)s: %(message)s") % facts
