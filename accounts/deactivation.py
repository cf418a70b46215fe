"""Steps of other apps in the transaction that closes an account.

`accounts` does not know what an account is responsible for. Apps above register a step, which runs before the row of
the account is locked: it transfers the responsibility, or raises a `DomainError`, and the account stays open. What must
be recorded on the chain `site`, whose lock comes after that of the account's row, a step returns as a function, which
is called once the row is locked, if the account was open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from accounts.callers import Caller
from kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Deactivation:
    """An account that an administrator is about to close, and who takes over what it alone was responsible for."""

    caller: Caller
    user_id: UUID
    successor_id: UUID | None
    reason: str | None


Afterwards = Callable[[], object]
DEACTIVATION_STEPS: Final = Registry[Callable[[Deactivation], Afterwards | None]]("step when an account closes")


def run_deactivation_steps(deactivation: Deactivation) -> list[Afterwards]:
    """Run the steps of all apps, in the transaction that closes the account; answers what is to be called then."""
    return [afterwards for step in DEACTIVATION_STEPS.values() if (afterwards := step(deactivation)) is not None]
