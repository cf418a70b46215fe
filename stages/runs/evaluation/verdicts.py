"""What the results of a suite amount to. An error is never a failed case, and no verdict passes with errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stages.runs.bundle_verifier import CountedCell, count_cells
from stages.runs.evaluation.suites import PassRules


class CellKey(NamedTuple):
    """Which answer: the case's key, the model's name, the repeat from 1."""

    case: str
    model: str
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One graded answer. `passed` is None where there is an error; `grades` says it for each grader by its name."""

    key: CellKey
    passed: bool | None
    grades: Mapping[str, bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a suite: cases that passed and failed, answers that are missing or errors, and why.

    A case counts once for each model. `outcome` is `passed`, `failed` or `errors`; `rate` is None without any case.
    """

    outcome: str
    passed: int
    failed: int
    errors: int
    rate: float | None
    reasons: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """The facts, for the record; what a bundle's verifier counts again."""
        return {"outcome": self.outcome, "passed": self.passed, "failed": self.failed, "errors": self.errors}


def decide(rules: PassRules, cells: Sequence[Cell], *, expected: int) -> Verdict:
    """The verdict on all cells of a suite, of which `expected` should be there."""
    counted = [CountedCell((cell.key.case, cell.key.model), cell.passed, cell.grades) for cell in cells]
    found = count_cells(counted, rules=rules.as_data(), expected=expected)
    passed, count = found["passed"], found["passed"] + found["failed"]
    reasons = (*_missing(found["errors"]), *_rate(rules, passed, count), *_must(rules, cells))
    return Verdict(rate=passed / count if count else None, reasons=reasons, **found)


def _missing(errors: int) -> list[str]:
    if not errors:
        return []
    words = ngettext("{count} answer could not be graded.", "{count} answers could not be graded.", errors)
    return [words.format(count=errors)]


def _rate(rules: PassRules, passed: int, count: int) -> list[str]:
    if not count:
        return [_("No case was graded.")]
    if Decimal(passed) >= rules.rate * count:
        return []
    words = _("{passed} of {count} cases passed; {rate} % must.")
    return [words.format(passed=passed, count=count, rate=f"{rules.rate * 100:f}".rstrip("0").rstrip("."))]


def _must(rules: PassRules, cells: Sequence[Cell]) -> list[str]:
    reasons = []
    for name in rules.must:
        failed = [cell.key.case for cell in cells if cell.grades.get(name) is False]
        if failed:
            words = _("{grader} must always pass; it failed in {count} answers, first in case {case}.")
            reasons.append(words.format(grader=name, count=len(failed), case=failed[0]))
    return reasons
