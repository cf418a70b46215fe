"""What it means to take a control out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

Patch = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Out:
    """One control without which `tests` fail.

    A control that is kept in several places is taken out once for each, with another `part`. `how` says it in words.
    `sql` runs in the test database; `patches` replace what is named by its path, and `wraps` what is named by a
    function of the original.
    """

    control: str
    how: str
    tests: tuple[str, ...]
    sql: str = ""
    patches: tuple[Patch, ...] = ()
    wraps: tuple[tuple[str, Callable[[Any], Any]], ...] = ()
    part: str = ""

    @property
    def name(self) -> str:
        """How the runs of `script/check --controls` are told apart."""
        return f"{self.control}-{self.part}" if self.part else self.control


def nothing(*_: Any, **__: Any) -> None:
    """Do nothing."""


def itself(value: Any, *_: Any) -> Any:
    """The first value that is given."""
    return value


def without(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function that answers a dictionary, without these members."""
    return lambda original: (
        lambda *given, **named: {name: value for name, value in original(*given, **named).items() if name not in names}
    )


def given(**facts: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function that is always given these facts."""
    return lambda original: lambda *given, **named: original(*given, **{**named, **facts})


def within_another(original: Callable[[], AbstractContextManager[None]]) -> Callable[[], AbstractContextManager[None]]:
    """No transaction of its own inside of another, as in a test; elsewhere nothing could be locked without one."""
    from django.db import connection

    return lambda: nullcontext() if connection.in_atomic_block else original()
