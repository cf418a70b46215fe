"""Observers: what other apps write with a bundle, in its transaction.

    observers.when_written("automation", note_changes, ahead=watching_values)

An observer is called once the bundle is in the state and all hooks (`hooks`) have had their say: what was shown before
is in the `before` of the storage's tables, what is shown now in their rows. It answers statements that go to Postgres
behind the bundle, in the same round trip. What comes from other sites at once is observed as one bundle of Foundry's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from accounts.callers import Caller
from kernel.registry import Registry
from kernel.statements import RowValues, ScalarQueries, Statement

if TYPE_CHECKING:
    from stages.registers.fold.refreshing import Changes
    from stages.registers.storing.storage import PostgresStorage


@dataclass(frozen=True, slots=True)
class AppliedBundle:
    """A bundle in the state, not stored yet; of other sites, all that come in at once.

    `proposal` is the one that it carries out, None for all other writes.
    """

    caller: Caller
    project_id: UUID
    storage: PostgresStorage
    changes: Changes
    proposal: UUID | None

    def asked(self, name: str) -> RowValues | None:
        """The values of an observer's `ahead`; None where this write has not read them."""
        return self.storage.asked.get(name)


Observe = Callable[[AppliedBundle], Iterable[Statement]]


@dataclass(frozen=True, slots=True)
class Observer:
    """An observer; `ahead` reads for it."""

    call: Observe
    ahead: Callable[[UUID], ScalarQueries] | None = None


OBSERVERS: Final = Registry[Observer]("observer of bundles")


def when_written(name: str, call: Observe, *, ahead: Callable[[UUID], ScalarQueries] | None = None) -> None:
    """Have an observer called with every bundle.

    `ahead(project_id)` are SELECTs of one value each that most bundles read together with the project, as of the moment
    when it was locked, as for hooks (`hooks.on_write`); it has to have a name of its own among them. What several of
    them ask alike is read once.
    """
    OBSERVERS.register(name, Observer(call, ahead))


def values_ahead(project_id: UUID) -> dict[str, ScalarQueries]:
    """What observers want to have read, by their names."""
    return {name: each.ahead(project_id) for name, each in OBSERVERS.items() if each.ahead is not None}


def observe(bundle: AppliedBundle) -> list[Statement]:
    """The statements of all observers, in the order of their names."""
    return [statement for _name, each in sorted(OBSERVERS.items()) for statement in each.call(bundle)]
