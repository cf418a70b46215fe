"""How an experiment refines: which text, measured with which models, within how many calls, with what held back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from stages.runs.evaluation.cases import Case
from stages.runs.evaluation_plans import EvaluationPlan

MAX_CALLS: Final = 100_000
# Percent of the cases that are held back.
DEFAULT_HELD_OUT: Final = 30
MIN_HELD_OUT: Final = 1
MAX_HELD_OUT: Final = 90


@dataclass(frozen=True, slots=True)
class Refinement:
    """What an experiment states. `models` are names of the suite, `held_out` is in percent of the cases."""

    field: str
    models: tuple[str, ...]
    max_calls: int
    held_out: int

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Refinement:
        """What `as_data` has made."""
        return cls(data["field"], tuple(data["models"]), data["max_calls"], data["held_out"])

    def as_data(self) -> dict[str, Any]:
        """The facts, for the record."""
        return {
            "field": self.field,
            "models": list(self.models),
            "max_calls": self.max_calls,
            "held_out": self.held_out,
        }


@dataclass(frozen=True, slots=True)
class Parts:
    """The cases that texts are improved with, and those held back, by which the best is compared with the first."""

    working: Sequence[Case]
    held_out: Sequence[Case]


def held_out_keys(keys: Iterable[str], share: int) -> frozenset[str]:
    """The cases that are held back, `share` in percent: by the hashes of their keys, so whoever counts again agrees.

    At least one is held back, and at least one is not.
    """
    ordered = sorted(set(keys), key=lambda key: hashlib.sha256(key.encode()).digest())
    count = (len(ordered) * share + 50) // 100
    return frozenset(ordered[: max(1, min(count, len(ordered) - 1))])


def parts_of(plan: EvaluationPlan, refinement: Refinement) -> Parts:
    """The two parts of a suite's cases, each in the order of the file."""
    held_out = held_out_keys([case.key for case in plan.cases], refinement.held_out)
    return Parts(
        [case for case in plan.cases if case.key not in held_out], [case for case in plan.cases if case.key in held_out]
    )


def answers_of_cases(plan: EvaluationPlan, refinement: Refinement, cases: int) -> int:
    """How many answers to so many cases all models give for one text."""
    return cases * plan.suite.repeat * len(refinement.models)


def calls_of_answer(plan: EvaluationPlan) -> int:
    """The calls that one answer takes: its own, and one of each model that grades it."""
    return 1 + sum(spec.type == "model" for spec in plan.suite.graders)


def fewest_calls(plan: EvaluationPlan, refinement: Refinement) -> int:
    """The calls that measuring the first text and one better one take, with the one that proposes it."""
    return 2 * answers_of_cases(plan, refinement, len(plan.cases)) * calls_of_answer(plan) + 1


def check_refinement(plan: EvaluationPlan, refinement: Refinement) -> None:
    """Raise `ValidationFailed` for models that the suite does not name, too few cases, and too few calls."""
    unknown = [name for name in refinement.models if name not in plan.suite.models]
    if unknown or not refinement.models or len(set(refinement.models)) < len(refinement.models):
        words = _("Choose models that the suite names, each once: {names}.")
        raise ValidationFailed({"models": [words.format(names=", ".join(plan.suite.models))]})
    if not MIN_HELD_OUT <= refinement.held_out <= MAX_HELD_OUT:
        words = _("Hold back {least} to {most} percent of the cases.").format(least=MIN_HELD_OUT, most=MAX_HELD_OUT)
        raise ValidationFailed({"held_out": [words]})
    if len(plan.cases) < 2:
        raise ValidationFailed({"suite": [_("The suite has one case. Refining needs two, one of them held back.")]})
    fewest = fewest_calls(plan, refinement)
    if not fewest <= refinement.max_calls <= MAX_CALLS:
        words = _("Allow {fewest} to {most} calls: with fewer, no second text can be measured.")
        raise ValidationFailed({"max_calls": [words.format(fewest=fewest, most=MAX_CALLS)]})
