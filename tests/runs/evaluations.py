"""Evaluations in the world of runs: versions with suites and cases, evaluated to their end in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from drafts.models import Draft
from stages.runs.cells import newest_calls
from stages.runs.execution import execute
from stages.runs.models import Call, Experiment, Run
from stages.runs.services import create_evaluation, retry_run, start_runs
from tests.runs.world import World
from tests.writers import Writer

SUITE = "evaluations/regression.yaml"
CASES = "corpus/terms.jsonl"


def suite_of(*graders: str, models: str = "house", **members: str) -> str:
    """A suite with these graders, each as a YAML mapping."""
    given = {"cases": CASES, "input": '"Grade {{term}}"', "models": f"[{models}]", **members}
    lines = [f"{name}: {value}" for name, value in given.items()]
    return "\n".join([*lines, "graders:", *(f"  - {grader}" for grader in graders)]) + "\n"


# The built-in echo answers what it is asked, so a case passes if its term has what is expected.
EXPECTED = '{type: contains, value: "{{expected}}"}'


def lines_of(cases: Iterable[Mapping[str, Any]]) -> str:
    return "".join(f"{json.dumps(case)}\n" for case in cases)


def terms(*passed: bool) -> str:
    """Cases that the echo passes, or fails."""
    return lines_of(
        {"id": f"c{at}", "term": f"rash {at}", "expected": "rash" if each else "fever"}
        for at, each in enumerate(passed, 1)
    )


@dataclass
class Evaluations:
    """What tests of evaluations do in a world."""

    world: World

    def save(self, *, suite: str = "", cases: str = "", **fields: Any) -> Draft:
        """A new version with a suite, cases, and other fields by name."""
        files = {SUITE: (suite, "yaml"), CASES: (cases, None)}
        changes: dict[str, Any] = {
            f"files/{path}": {"content": text, "language": language} for path, (text, language) in files.items() if text
        }
        changes |= fields
        writer = Writer(self.world.caller("ed"), self.world.project)
        newest = Draft.objects.of_project(self.world.project.id).first()
        locks = [writer.take(name) for name in changes]
        draft = writer.save(changes, *locks, base=newest.version_number if newest else 0)
        for name in changes:
            writer.give_back(name)
        return draft

    def make(self, by: str = "ed", **facts: Any) -> Experiment:
        """An evaluation of the current version, with no run yet; who makes it holds the `unsaved` fields."""
        given = {"suite": SUITE, **facts}
        with self.world.holding(by, *given.get("unsaved", ())):
            return create_evaluation(caller=self.world.caller(by), project_id=self.world.project.id, **given)

    def start(self, experiment: Experiment, by: str = "ed", **facts: Any) -> list[Run]:
        given = {"profile_ids": [], **facts}
        return start_runs(caller=self.world.caller(by), experiment_id=experiment.id, **given)

    def evaluate(self, *, reuse: bool = False, **facts: Any) -> list[Run]:
        """The ended runs of a new evaluation."""
        return finished(self.start(self.make(**facts), reuse=reuse))

    def retry(self, run: Run) -> Run:
        (again,) = finished([retry_run(caller=self.world.caller("ed"), run_id=run.id)])
        return again


def finished(runs: list[Run]) -> list[Run]:
    """Execute runs to their end."""

    async def work() -> None:
        await asyncio.gather(*(execute(run.id) for run in runs))

    asyncio.run(work())
    return list(Run.objects.filter(pk__in=[run.pk for run in runs]).select_related("profile").order_by("id"))


def cells_in(run: Run) -> dict[tuple[str, int], Call]:
    return newest_calls(run.id)
