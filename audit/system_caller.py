"""The service account in whose name jobs write. Accounts, an app above, provide it when they are ready."""

from __future__ import annotations

from collections.abc import Callable

from audit.protocols import AuditCaller

_makers: list[Callable[[], AuditCaller]] = []


def provide_system_caller(make: Callable[[], AuditCaller]) -> None:
    """Say how the caller of a job is made; called once, from the `ready()` of accounts."""
    _makers[:] = [make]


def system_caller() -> AuditCaller:
    """The caller of a job."""
    return _makers[0]()
