"""What the form of a new experiment offers for refining: which text, measured how, within how many calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from drafts.models import Draft
from kernel.errors import ValidationFailed
from projects import field_names
from projects.fields import FILES, PROMPT
from stages.runs.models import ModelProfile
from stages.runs.pages.new_suites import SuiteForm
from stages.runs.refinement.settings import (
    DEFAULT_HELD_OUT,
    MAX_CALLS,
    MAX_HELD_OUT,
    MIN_HELD_OUT,
    Refinement,
    fewest_calls,
)
from workspace.query_numbers import query_number

# Endings of files that may be prompts.
_PROMPTS: Final = (".md", ".txt", ".prompt", ".xml")
# How many times the fewest calls the form suggests.
_TIMES: Final = 3


@dataclass(frozen=True, slots=True)
class RefineForm:
    """The choices: `fields` with their labels, the models of the suite with whether they are measured, and numbers.

    `fewest` is how many calls it takes at least, 0 without a suite.
    """

    fields: Sequence[tuple[str, str]]
    field: str
    models: Sequence[tuple[ModelProfile, bool]]
    max_calls: int
    held_out: int
    fewest: int
    most: int = MAX_CALLS
    least_held_out: int = MIN_HELD_OUT
    most_held_out: int = MAX_HELD_OUT


def refine_form(draft: Draft | None, suites: SuiteForm, typed: QueryDict) -> RefineForm:
    """What the form shows of a version and the chosen suite, with what was typed."""
    names = [PROMPT, *(name for name in sorted(draft.fields) if _is_prompt(name))] if draft is not None else [PROMPT]
    chosen = typed.get("field", "")
    wanted = {name for name in typed.getlist("measured") if suites.plan and name in suites.plan.suite.models}
    models = [(profile, not wanted or profile.name in wanted) for profile in suites.models]
    held_out = _number(typed, "held_out") or DEFAULT_HELD_OUT
    fewest = 0
    if suites.plan is not None:
        measured = tuple(profile.name for profile, is_measured in models if is_measured)
        fewest = fewest_calls(suites.plan, Refinement(PROMPT, measured, 0, held_out))
    return RefineForm(
        fields=[(name, field_names.label(name)) for name in names],
        field=chosen if chosen in names else PROMPT,
        models=models,
        max_calls=_number(typed, "max_calls") or min(fewest * _TIMES, MAX_CALLS),
        held_out=held_out,
        fewest=fewest,
    )


def _number(typed: QueryDict, name: str) -> int:
    """What was typed, for showing a form again; 0 for what is no number."""
    try:
        return query_number(typed, name) or 0
    except ValidationFailed:
        return 0


def _is_prompt(name: str) -> bool:
    return name.startswith(FILES) and name.lower().endswith(_PROMPTS)
