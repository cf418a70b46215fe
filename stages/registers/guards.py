"""Guards: what another app asks before a bundle of this site is written.

    guards.GUARDS.register("replication.mark", Guard(check_mark, ahead=sites_query))

A guard holds a bundle back by raising a `DomainError`, and answers what is to be done once it is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.registry import Registry
from kernel.statements import Rows, Statement
from stages.registers.fold.headers import Header

Afterwards = Callable[[], object]


@dataclass(frozen=True, slots=True)
class NextBundle:
    """A bundle that is about to be written; `rows` are those of the guard's `ahead`, None where nobody read them."""

    project_id: UUID
    header: Header
    rows: Rows | None


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard; `ahead` is a SELECT that most bundles read together with their project, as observers' is."""

    check: Callable[[NextBundle], Afterwards | None]
    ahead: Callable[[UUID], Statement] | None = None


GUARDS: Final = Registry[Guard]("guard of bundles")


def queries_ahead(project_id: UUID) -> dict[str, Statement]:
    """What guards want to have read, by their names."""
    return {name: each.ahead(project_id) for name, each in GUARDS.items() if each.ahead is not None}


def check(project_id: UUID, header: Header, asked: dict[str, Rows]) -> Iterator[Afterwards]:
    """Ask all guards; what they want to have done after the commit. Raises what one of them raises."""
    for name, each in GUARDS.items():
        if step := each.check(NextBundle(project_id, header, asked.get(name))):
            yield step
