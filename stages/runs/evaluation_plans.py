"""What an evaluation does: its suite and cases as a version has them, and the models and judges that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from blobs.models import Blob
from drafts.models import Draft
from kernel.errors import ValidationFailed
from projects.fields import FILES, file_path
from stages.runs.evaluation.cases import Case, parse_cases
from stages.runs.evaluation.graders import open_graders
from stages.runs.evaluation.suite_nodes import SUITE
from stages.runs.evaluation.suites import Suite, check_suite, parse_suite
from stages.runs.models import Experiment, ModelProfile


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """A suite with its cases. `path` is the file of the suite, `files` has the texts of its schemas by field."""

    path: str
    sha256: str
    suite: Suite
    cases: Sequence[Case]
    files: Mapping[str, str]

    @property
    def cell_count(self) -> int:
        """The answers that one model gives."""
        return len(self.cases) * self.suite.repeat

    def cell_keys(self) -> Iterator[tuple[str, int]]:
        """The case and the repeat of each answer of one model, in the order in which they are asked."""
        return ((case.key, repeat) for repeat in range(1, self.suite.repeat + 1) for case in self.cases)

    def facts(self) -> dict[str, Any]:
        """What the event of a run records of it."""
        return {
            "path": self.path,
            "sha256": self.sha256,
            "models": list(self.suite.models),
            "cells": self.cell_count,
            "rules": self.suite.rules.as_data(),
        }


def read_plan(draft: Draft, path: str) -> EvaluationPlan:
    """A suite with its cases, checked. Raises `ValidationFailed` on the file that is wrong, or missing."""
    sha256 = _file(draft, FILES + path)
    suite = parse_suite(_text(sha256))
    cases = parse_cases(_text(_file(draft, suite.cases)), name=suite.cases, question=suite.input)
    check_suite(suite, cases)
    schemas = {name: _text(_file(draft, name)) for name in suite.schemas}
    return EvaluationPlan(path, sha256, suite, cases, schemas)


def plan_of(experiment: Experiment) -> EvaluationPlan:
    """The plan of an evaluation that was made. Raises `ValidationFailed`, but only for what was not checked then."""
    assert experiment.version is not None
    draft = Draft.objects.of_project(experiment.project_id).get(version_number=experiment.version)
    return read_plan(draft, experiment.suite)


def check_graders(plan: EvaluationPlan) -> None:
    """Raise `ValidationFailed` for a schema or an expression that cannot be used. Takes a second for a schema."""
    with open_graders(plan.suite, files=plan.files, judges=dict.fromkeys(plan.suite.judges, _NO_JUDGE)):
        pass


def profiles_named(project_id: UUID, names: Iterable[str]) -> dict[str, ModelProfile]:
    """The models that a suite names; those of the project come before those of the site.

    Raises `ValidationFailed` for a name that no model has.
    """
    wanted = list(names)
    found: dict[str, ModelProfile] = {}
    profiles = ModelProfile.objects.usable_in(project_id).filter(name__in=wanted).select_related("secret")
    for profile in profiles:
        if profile.project_id is not None or profile.name not in found:
            found[profile.name] = profile
    missing = [name for name in wanted if name not in found]
    if missing:
        raise ValidationFailed({SUITE: [_("There is no model {name}.").format(name=missing[0])]})
    return {name: found[name] for name in wanted}


class _NoJudge:
    """Stands in for judges where graders are only checked."""

    async def generate(self, request: Any, /) -> Any:
        raise NotImplementedError


_NO_JUDGE: Final = _NoJudge()


def _file(draft: Draft, name: str) -> str:
    sha256 = draft.sha256_of(name)
    if sha256 is None:
        words = _("There is no file {name} in v{version}.").format(name=file_path(name), version=draft.version_number)
        raise ValidationFailed({SUITE: [words]})
    return sha256


def _text(sha256: str) -> str:
    return Blob.objects.get(pk=sha256).text
