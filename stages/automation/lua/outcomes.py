"""How an execution ended, and what it wrote into its log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

State = Literal["succeeded", "failed", "stopped"]
Code = Literal["", "fuel", "memory", "depth", "calls", "writes", "time", "output", "stopped", "error", "syntax"]
Level = Literal["debug", "info", "warn", "error"]
LEVELS: tuple[Level, ...] = ("debug", "info", "warn", "error")
MAX_ERROR = 2_000


@dataclass(frozen=True, slots=True)
class LogLine:
    """What a call of `log` or `print` wrote, or the host about an answer from outside.

    `at` are seconds since the execution began, `facts` the hashes of such an answer and its request.
    """

    level: Level
    text: str
    at: float = field(default=0.0, compare=False)
    facts: tuple[tuple[str, str], ...] = ()


class Figures(NamedTuple):
    """What an execution has used so far, as `Outcome` counts it."""

    fuel: int
    memory: int
    calls: int
    writes: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a script has said beside its log: how far it was last, and why it changes what, by the host's names."""

    progress: Mapping[str, Any] = field(default_factory=dict)
    whys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an execution ended."""

    state: State
    # Which limit, or "error" (Lua's, or one that the script raised), or "syntax"; empty where it succeeded.
    code: Code
    # For people: what Lua said, without the place; empty where a limit or nothing ended it.
    error: str
    # The line of the script, from 1. Of a limit: the line Lua noted last, which in a loop that calls nothing may be an
    # earlier one. None where there is none.
    line: int | None
    # Units of wasmtime; the same text, arguments and answers always take the same.
    fuel: int
    # Bytes that Lua held at most.
    memory: int
    calls: int
    writes: int
    log: tuple[LogLine, ...]
    # Whether lines are missing at the end of the log.
    is_log_cut: bool
    report: Report = field(default_factory=Report)
