"""What must be settled before an account is closed, as the apps above know it.

`accounts` does not know what an account is responsible for. Apps above register a step of their own (`register`), which
runs inside the transaction that closes the account, before its row is locked: it refuses, or puts things in order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from accounts.callers import Caller


@dataclass(frozen=True, slots=True)
class Deactivation:
    """An account about to be closed by an administrator, and who shall take on what nobody else could."""

    caller: Caller
    user_id: UUID
    successor_id: UUID | None
    reason: str | None


DeactivationStep = Callable[[Deactivation], None]
_steps: dict[str, DeactivationStep] = {}


def register(name: str, step: DeactivationStep) -> None:
    """Add a step; called once from an app's `ready()`. It may raise a `DomainError`, and the account stays open."""
    _steps[name] = step


def settle(closing: Deactivation) -> None:
    """Let every app put its things in order."""
    for name in sorted(_steps):
        _steps[name](closing)
