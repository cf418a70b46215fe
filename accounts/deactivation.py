"""Steps of other apps in the transaction that closes an account.

`accounts` does not know what an account is responsible for. Apps above register a step, which runs before the row of
the account is locked: it transfers the responsibility, or raises a `DomainError`, and the account stays open.
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


DEACTIVATION_STEPS: Final = Registry[Callable[[Deactivation], object]]("step when an account closes")


def run_deactivation_steps(deactivation: Deactivation) -> None:
    """Run the steps of all apps, in the transaction that closes the account."""
    for step in DEACTIVATION_STEPS.values():
        step(deactivation)
