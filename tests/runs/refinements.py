"""Refining in the world of runs: a model that needs to be told a word, and one that proposes texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stages.runs.models import Experiment, ModelProfile, Run
from stages.runs.services import create_refinement, start_runs
from tests.runs.asked import Asked
from tests.runs.evaluations import SUITE, Evaluations, finished, lines_of, suite_of
from tests.runs.provider import ScriptedProvider

FIRST = "Be exact."
# Cases by the words that their answers must have.
WORDS = ("rash", "fever", "nausea")
GRADER = '{type: contains, value: "{{expected}}"}'


def cases_of(words: Iterable[str]) -> str:
    return lines_of({"id": f"c{at}", "term": f"term {at}", "expected": word} for at, word in enumerate(words, 1))


def fenced(text: str) -> str:
    return f"Here it is.\n```\n{text}\n```\n"


@dataclass
class Refinements:
    """What tests of refining do: `house` answers with its instructions, `writer` proposes what `texts` say, in turn."""

    at: Evaluations
    server: ScriptedProvider
    texts: list[str]

    def make_models(self) -> ModelProfile:
        """The model that is measured, and the one that proposes, which is returned."""
        self.server.texts |= {"good": system_of, "writes": self.write}
        self.profile("house", "good")
        return self.profile("writer", "writes")

    def profile(self, name: str, model: str, **facts: Any) -> ModelProfile:
        given = {"provider": "openai", "model_name": model, "base_url": self.server.address, "key": "sk-abc-012345"}
        return self.at.world.profile(name, **{**given, **facts})

    def write(self, _asked: Asked) -> str:
        count = sum(each.model == "writes" for each in self.server.asked)
        return fenced(self.texts[min(count, len(self.texts)) - 1])

    def save(self, *, words: Iterable[str] = WORDS * 4, grader: str = GRADER, **suite: str) -> None:
        """A version with a suite whose cases expect these words."""
        self.at.save(suite=suite_of(grader, **suite), cases=cases_of(words), prompt_text=FIRST)

    def make(self, by: str = "ed", **facts: Any) -> Experiment:
        given = {"suite": SUITE, "max_calls": 60, **facts}
        return create_refinement(caller=self.at.world.caller(by), project_id=self.at.world.project.id, **given)

    def start(self, experiment: Experiment, *proposers: ModelProfile, by: str = "ed") -> list[Run]:
        ids = [profile.id for profile in proposers]
        return start_runs(caller=self.at.world.caller(by), experiment_id=experiment.id, profile_ids=ids)

    def refine(self, proposer: ModelProfile, **facts: Any) -> Run:
        """The ended run of a new experiment."""
        (run,) = finished(self.start(self.make(**facts), proposer))
        return run


def system_of(asked: Asked) -> str:
    """The instructions of a request, as its answer."""
    return next(str(each["content"]) for each in asked.body["messages"] if each["role"] == "system")


def questions_to(server: ScriptedProvider, model: str) -> list[str]:
    """What a model was asked, the text of its last message each."""
    return [str(each.body["messages"][-1]["content"]) for each in server.asked if each.model == model]
