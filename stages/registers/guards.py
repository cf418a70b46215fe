"""Guards: what another app asks before a bundle of this site is written.

    guards.GUARDS.register("replication.mark", Guard(check_mark, ahead=sites_values))

A guard holds a bundle back by raising a `DomainError`, and answers what is to be done once it is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.registry import Registry
from kernel.statements import RowValues, ScalarQueries
from stages.registers.fold.headers import Header

Afterwards = Callable[[], object]


@dataclass(frozen=True, slots=True)
class NextBundle:
    """A bundle that is about to be written; `row` has the values of a guard's `ahead`, None where nobody read them."""

    project_id: UUID
    header: Header
    row: RowValues | None


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard; `ahead` are SELECTs of one value each that most bundles read with their project, as observers'."""

    check: Callable[[NextBundle], Afterwards | None]
    ahead: Callable[[UUID], ScalarQueries] | None = None


GUARDS: Final = Registry[Guard]("guard of bundles")


def values_ahead(project_id: UUID) -> dict[str, ScalarQueries]:
    """What guards want to have read, by their names."""
    return {name: each.ahead(project_id) for name, each in GUARDS.items() if each.ahead is not None}


def check(project_id: UUID, header: Header, asked: dict[str, RowValues]) -> Iterator[Afterwards]:
    """Ask all guards; what they want to have done after the commit. Raises what one of them raises."""
    for name, each in GUARDS.items():
        if step := each.check(NextBundle(project_id, header, asked.get(name))):
            yield step
