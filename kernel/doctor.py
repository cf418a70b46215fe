"""What `manage.py doctor` finds: one line for each thing it looked at.

An app registers its own examination under the subject that precedes its findings (`EXAMINATIONS`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kernel.registry import Registry


class Level(StrEnum):
    """`warn` is for the operator to consider, `bad` has to be remedied."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at: what it is, how it is, and what to do about it (empty where all is well)."""

    level: Level
    subject: str
    text: str
    remedy: str = ""


Diagnoses = Iterator[Diagnosis]
Examination = Callable[[], Diagnoses]
EXAMINATIONS: Final = Registry[Examination]("examination")


def ok(subject: str, text: str) -> Diagnosis:
    return Diagnosis(Level.OK, subject, text)


def warn(subject: str, text: str, remedy: str) -> Diagnosis:
    return Diagnosis(Level.WARN, subject, text, remedy)


def bad(subject: str, text: str, remedy: str) -> Diagnosis:
    return Diagnosis(Level.BAD, subject, text, remedy)
