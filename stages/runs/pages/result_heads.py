"""The models above the columns of a matrix of results: how many cases passed, and how that compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from stages.runs.results import ModelResult, Results


@dataclass(frozen=True, slots=True)
class HeadView:
    """A model above its column: how many cases passed, and how that compares."""

    name: str
    score: str
    comparison: str
    chance: str


def heads_of(found: Results) -> list[HeadView]:
    """The head of each model's columns, one for each repeat."""
    return [head for model in found.models for head in [_head(found, model)] * found.plan.suite.repeat]


def _head(found: Results, model: ModelResult) -> HeadView:
    verdict = model.run.verdict if model.run else None
    score = _counted(verdict) if verdict else (_("not asked") if model.run is None else model.run.get_status_display())
    if found.comparison is None:
        return HeadView(model.label, score, "", "")
    own = found.comparison.of_model(model.name)
    chance = _("could be chance") if own.could_be_chance else ""
    words = f"+{len(own.fixed)} −{len(own.regressed)} · p {own.p:.2f}"
    return HeadView(model.label, _since(found, model, score), words, chance)


def _since(found: Results, model: ModelResult, score: str) -> str:
    """The score with that of the baseline, where its run has a verdict."""
    models = found.baseline.models if found.baseline else ()
    run = next((each.run for each in models if each.name == model.name), None)
    if run is None or not run.verdict:
        return score
    return _("{score}, was {before}").format(score=score, before=run.verdict["passed"])


def _counted(verdict: Mapping[str, int]) -> str:
    return _("{passed} of {count}").format(passed=verdict["passed"], count=verdict["passed"] + verdict["failed"])
