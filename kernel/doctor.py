"""What the doctor says: one line for each thing it looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How it stands: `warn` is for the operator to weigh, `bad` has to be mended."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is, how it is, and what to do about it (empty where it is well)."""

    level: Level
    subject: str
    says: str
    mend: str = ""


Findings = Iterator[Finding]


def ok(subject: str, says: str) -> Finding:
    return Finding(Level.OK, subject, says)


def warn(subject: str, says: str, mend: str) -> Finding:
    return Finding(Level.WARN, subject, says, mend)


def bad(subject: str, says: str, mend: str) -> Finding:
    return Finding(Level.BAD, subject, says, mend)
