"""A project with a version and its people, and what tests of runs make in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from stages.runs.models import Experiment, ModelProfile, Run
from stages.runs.services import create_experiment, create_profile, start_runs
from tests.cast import new_caller, new_project, new_user
from tests.writers import Writer


@dataclass
class World:
    """Olga owns the project, Ed edits, Rae reviews, Vic watches; somebody is no member of it."""

    project: Project
    people: dict[str, User]

    def caller(self, name: str, **facts: Any) -> Caller:
        return new_caller(self.people[name], **facts)

    def profile(self, name: str = "house", **facts: Any) -> ModelProfile:
        """A model of the project; the built-in echo, unless `facts` say another one."""
        return create_profile(
            **{"caller": self.caller("olga"), "project_id": self.project.id, "name": name, "provider": "echo", **facts}
        )

    def experiment(self, by: str = "ed", **facts: Any) -> Experiment:
        """An experiment about the current version; who makes it holds the fields whose texts are `unsaved`."""
        given = {"title": "Shorter answers", "text": "How long is the wash-out?", **facts}
        with self.holding(by, *given.get("unsaved", ())):
            return create_experiment(caller=self.caller(by), project_id=self.project.id, **given)

    @contextmanager
    def holding(self, name: str, *fields: str) -> Iterator[None]:
        """Have somebody edit these fields meanwhile."""
        writers = {field: Writer(self.caller(name), self.project) for field in fields}
        for field, writer in writers.items():
            writer.take(field)
        yield
        for field, writer in writers.items():
            writer.give_back(field)

    def start(self, experiment: Experiment, *profiles: ModelProfile, by: str = "ed") -> list[Run]:
        """Runs of these models."""
        ids = [profile.id for profile in profiles]
        return start_runs(caller=self.caller(by), experiment_id=experiment.id, profile_ids=ids)


@pytest.fixture
def world(db: None) -> World:
    return new_world()


@pytest.fixture
def committed_world(committed_db: None) -> World:
    """As `world`, for what runs in threads of its own."""
    return new_world()


def new_world() -> World:
    people = {name: new_user(name) for name in ("olga", "ed", "rae", "vic", "outsider")}
    roles = {"editor": people["ed"], "reviewer": people["rae"], "viewer": people["vic"]}
    project = new_project(people["olga"], members=roles)
    writer = Writer(new_caller(people["ed"]), project)
    configuration = {"generation": {"temperature": 0.2}}
    locks = [writer.take(field) for field in ("prompt_text", "model_configuration")]
    writer.save({"prompt_text": "Be exact.", "model_configuration": configuration}, *locks)
    for field in ("prompt_text", "model_configuration"):
        writer.give_back(field)
    return World(project, people)
