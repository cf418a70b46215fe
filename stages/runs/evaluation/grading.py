"""Grades one answer by all graders of a suite. A grader that breaks is an error of the answer, never a failure."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

from stages.runs.agents.base import AgentFailed
from stages.runs.agents.model import ToolCall
from stages.runs.agents.variables import render
from stages.runs.evaluation.suites import GraderSpec

logger = logging.getLogger(__name__)


# Records have no fractions: a score of 1 is written so.
MILLION: Final = 1_000_000


def millionths(score: float | None) -> int | None:
    """A score from 0 to 1 as a whole number."""
    return None if score is None else round(score * MILLION)


class GraderBroken(Exception):
    """The grader has no verdict; the text says why."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is graded: an answer with its case. `cost` is in millionths, `seconds` the time of the call; None: unknown.

    `question` is what was asked, `variables` are the names of the members that any case has.
    """

    text: str
    question: str = ""
    tool_calls: Sequence[ToolCall] = ()
    members: Mapping[str, object] = field(default_factory=dict)
    variables: Collection[str] = ()
    cost: int | None = None
    seconds: float | None = None

    def rendered(self, text: str) -> str:
        """A text of the grader with the case's values. Raises `GraderBroken` where the case lacks one."""
        try:
            return render(text, self.members, variables=self.variables)
        except AgentFailed as error:
            raise GraderBroken(f"{error.code}: {error.detail}") from None


@dataclass(frozen=True, slots=True)
class Grade:
    """What one grader says. With an `error`, `passed` and `score` (0 to 1) are None."""

    grader: str
    passed: bool | None
    score: float | None
    reason: str = ""
    error: str = ""

    def as_data(self) -> dict[str, object]:
        """The facts, for the record; the score in millionths."""
        data: dict[str, object] = {"grader": self.grader, "passed": self.passed, "score": millionths(self.score)}
        return data | {name: text for name, text in (("reason", self.reason), ("error", self.error)) if text}


@dataclass(frozen=True, slots=True)
class CellGrades:
    """All grades of an answer; it passes if each does. With any error, `passed` and `score` (the mean) are None."""

    grades: tuple[Grade, ...]

    @property
    def passed(self) -> bool | None:
        if any(grade.passed is None for grade in self.grades):
            return None
        return all(grade.passed for grade in self.grades)

    @property
    def score(self) -> float | None:
        scores = [grade.score for grade in self.grades if grade.score is not None]
        return sum(scores) / len(scores) if scores and self.passed is not None else None

    @property
    def by_name(self) -> dict[str, bool | None]:
        """What each grader says, for a `Cell`."""
        return {grade.grader: grade.passed for grade in self.grades}


class Grader(ABC):
    """One grader of a suite. It keeps nothing of an answer, and may be asked by several threads at once."""

    def __init__(self, spec: GraderSpec) -> None:
        self.spec = spec

    async def grade(self, subject: Subject) -> Grade:
        """Grade an answer. Whatever goes wrong is a grade with an `error`."""
        try:
            return await self.judge(subject)
        except GraderBroken as error:
            return self.broken(str(error))
        except Exception as error:
            # A call that failed names its cause.
            if isinstance(getattr(error, "code", None), str):
                return self.broken(f"{error.code}: {error}")  # type: ignore[attr-defined]
            logger.exception("A grader of type %s failed", self.spec.type)
            return self.broken(_("The grader failed."))

    @abstractmethod
    async def judge(self, subject: Subject) -> Grade:
        """As `grade`, with exceptions."""

    def verdict(self, passed: bool, reason: str = "", *, score: float | None = None) -> Grade:
        """A grade; without a score it is 1 or 0."""
        return Grade(self.spec.name, passed, float(passed) if score is None else score, reason[:1_000])

    def broken(self, error: str) -> Grade:
        """The grade of a grader that has no verdict."""
        return Grade(self.spec.name, None, None, error=error[:1_000])

    def close(self) -> None:  # noqa: B027 (most graders hold nothing)
        """End what the grader holds open."""


class LocalGrader(Grader):
    """A grader that asks nobody: it computes, in a thread."""

    async def judge(self, subject: Subject) -> Grade:
        return await asyncio.to_thread(self.check, subject)

    @abstractmethod
    def check(self, subject: Subject) -> Grade:
        """Grade an answer. Raises `GraderBroken`."""


async def grade_answer(graders: Sequence[Grader], subject: Subject) -> CellGrades:
    """Ask all graders, one after the other."""
    return CellGrades(tuple([await grader.grade(subject) for grader in graders]))
