"""Makes the graders of a suite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from kernel.ijson import parse
from stages.runs.agents.model import Model
from stages.runs.evaluation.fact_graders import CostGrader, LatencyGrader, ToolCallGrader
from stages.runs.evaluation.grading import Grader, GraderBroken
from stages.runs.evaluation.model_grader import ModelGrader
from stages.runs.evaluation.schemas import MAX_START_SECONDS, SchemaGrader
from stages.runs.evaluation.suite_nodes import SUITE
from stages.runs.evaluation.suites import GraderSpec, Suite
from stages.runs.evaluation.text_graders import (
    ContainsGrader,
    ExactGrader,
    Expressions,
    RegexGrader,
    SimilarityGrader,
)

_CLASSES: Final[Mapping[str, type[Grader]]] = {
    "exact": ExactGrader,
    "contains": ContainsGrader,
    "similarity": SimilarityGrader,
    "tool_call": ToolCallGrader,
    "cost": CostGrader,
    "latency": LatencyGrader,
}


@contextmanager
def open_graders(suite: Suite, *, files: Mapping[str, str], judges: Mapping[str, Model]) -> Iterator[list[Grader]]:
    """The graders of a suite, for as long as they are needed.

    `files` has the texts of `suite.schemas`, `judges` the models of `suite.judges`. Raises `ValidationFailed` on
    `suite` where one of them is missing, and where a schema or an expression cannot be used.
    """
    graders: list[Grader] = []
    expressions = Expressions()
    latest = monotonic() + MAX_START_SECONDS
    try:
        for spec in suite.graders:
            graders.append(_grader(spec, files, judges, expressions))
            _check(graders[-1], latest - monotonic())
        yield graders
    finally:
        for grader in graders:
            grader.close()
        expressions.close()


def _grader(
    spec: GraderSpec, files: Mapping[str, str], judges: Mapping[str, Model], expressions: Expressions
) -> Grader:
    if spec.type == "regex":
        return RegexGrader(spec, expressions)
    if spec.type == "model":
        profile = str(spec.options["profile"])
        if profile not in judges:
            raise _refusal(spec, _("there is no model {name}.").format(name=profile))
        return ModelGrader(spec, judges[profile])
    if spec.type != "json_schema":
        return _CLASSES[spec.type](spec)
    schema = spec.options["schema"]
    if isinstance(schema, str):
        if schema not in files:
            raise _refusal(spec, _("there is no file {name}.").format(name=schema))
        schema = parse(files[schema], name=schema)
    return SchemaGrader(spec, schema)


def _check(grader: Grader, seconds: float) -> None:
    """Raise `ValidationFailed` for what cannot be used, or not be read in time."""
    try:
        if isinstance(grader, SchemaGrader):
            grader.check_schema(max(seconds, 0.1))
        elif isinstance(grader, RegexGrader):
            grader.check_expression()
    except GraderBroken as error:
        raise _refusal(grader.spec, str(error)) from None


def _refusal(spec: GraderSpec, words: str) -> ValidationFailed:
    line = _("Line {line}: {name}: {words}").format(line=spec.line, name=spec.name, words=words)
    return ValidationFailed({SUITE: [line]})
