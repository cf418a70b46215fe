"""A project with a version and its people, and what tests of runs make in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from pytest_django import DjangoDbBlocker

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from stages.runs.models import Experiment, ModelProfile, Run
from stages.runs.pages.evaluation_rows import _size
from stages.runs.services import create_experiment, create_profile, start_runs
from tests import databases
from tests.cast import forget_redis, new_caller, new_project, new_user
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


@dataclass(frozen=True)
class StandingWorld:
    """A world that is committed in a database; each test fetches its own objects."""

    project: UUID
    people: dict[str, UUID]

    @classmethod
    def of(cls, world: World) -> StandingWorld:
        return cls(world.project.id, {name: user.id for name, user in world.people.items()})

    def fetch(self) -> World:
        found = User.objects.in_bulk(self.people.values())
        people = {name: found[user_id] for name, user_id in self.people.items()}
        return World(Project.objects.get(pk=self.project), people)


# By the name of its database.
STANDING: dict[str, StandingWorld] = {}


@pytest.fixture(scope="session")
def runs_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of the database in which a world is already."""
    name = databases.new(template=databases.template())
    with django_db_blocker.unblock(), databases.connected_to(name):
        STANDING[name] = StandingWorld.of(new_world())
    yield name
    databases.drop(name)


@pytest.fixture(scope="module", autouse=True)
def database_of_runs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where the tests of a module roll back; those of an empty site, in the clean database."""
    if request.node.get_closest_marker("empty_site"):
        yield
    else:
        with databases.connected_to(request.getfixturevalue("runs_database")):
            yield


@pytest.fixture
def world(db: None) -> World:
    """The world that stands in this module's database, or a new one where none does."""
    forget_redis()
    # By project and version, of which each test makes others.
    _size.cache_clear()
    standing = STANDING.get(databases.current())
    return standing.fetch() if standing else new_world()


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
