"""A released project, a small tree of teams, and the people in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.callers import Caller
from accounts.models import Kind, User
from audit.keys.sealing import ensure_site_key, seal
from projects.models import Project
from projects.services import reopen_project
from publishing.models import Release
from stages.fleet.models import Directive, Request, Station, Team
from stages.fleet.services import (
    Submitted,
    create_team,
    decide_request,
    grant_team,
    set_team_member,
    submit_directive,
)
from tests import databases
from tests.cast import forget_redis, new_caller, new_reviewed, new_user
from tests.publishing.reviews import Review, begun, caller_of
from tests.writers import Writer


@dataclass
class World:
    """The owner's project has the release 1.0.0; below the root is the team Oncology."""

    review: Review
    people: dict[str, User]
    release: Release
    root: Team
    oncology: Team

    def role(self, name: str, role: str | None, team: Team | None = None) -> None:
        """Give somebody a role in a team (Oncology), as an administrator of the site."""
        team_id = (team or self.oncology).id
        set_team_member(caller=self.boss, team_id=team_id, user_id=self.people[name].id, role=role)

    def team(self, name: str, parent: Team | None = None, **facts: Any) -> Team:
        return create_team(caller=self.boss, parent_id=(parent or self.oncology).id, name=name, **facts)

    def grant(self, team: Team | None = None) -> None:
        grant_team(caller=self.caller("owner"), project_id=self.project.id, team_id=(team or self.oncology).id)

    def submit(self, by: str = "owner", **facts: Any) -> Submitted:
        given = {"team_id": self.oncology.id, "release_id": self.release.id, "field": "prompt_text"}
        return submit_directive(caller=self.caller(by), **{**given, "title": "Protocol assistant", **facts})

    def decide(self, submitted: Submitted | Request, by: str, approves: bool = True, **facts: Any) -> Request:
        request = submitted.request if isinstance(submitted, Submitted) else submitted
        assert request is not None
        given = {"request_id": request.id, "approves": approves, "digest": request.digest, **facts}
        return decide_request(caller=self.caller(by), **given)

    def directive(self, **facts: Any) -> Directive:
        """A directive that Olga asked for and Ed approved."""
        request = self.decide(self.submit(**facts), "editor")
        assert request.directive is not None
        return request.directive

    def next_release(self, text: str, name: str = "1.1.0") -> Release:
        """Another release of the project."""
        reopen_project(caller=self.caller("owner"), project_id=self.project.id, reason="Another release")
        self.review.save(text)
        return self.review.release(name)

    @property
    def boss(self) -> Caller:
        """An administrator of the site."""
        return self.caller("boss")

    @property
    def project(self) -> Project:
        return self.review.project

    def caller(self, name: str, **facts: Any) -> Caller:
        return new_caller(self.people[name], **facts)


def put_directive(world: World, **facts: Any) -> Directive:
    """A directive, put in by hand."""
    given = {
        "team": world.oncology,
        "project": world.project,
        "release": world.release,
        "carried": [world.release.id],
        "field": "prompt_text",
        "title": "Protocol assistant",
        "layer": "project",
        "destination": "claude",
        "mode": "block",
        "timeout_hours": 24,
        "issued_by": world.people["owner"],
        "issued_at": timezone.now(),
        **facts,
    }
    return Directive.objects.create(**given)


def put_station(world: World, **facts: Any) -> Station:
    """A station, put in by hand."""
    account = new_user("station", kind=Kind.DEVICE)
    ensure_site_key(caller=world.caller("owner"))
    sealed = seal("assignment", {"station": str(account.id)})
    given = {
        "account": account,
        "owner": world.people["owner"],
        "team": world.oncology,
        "name": "dok-ws-07",
        "token_digest": sha256(account.id.bytes).hexdigest(),
        "expires_at": timezone.now() + timedelta(days=180),
        "assignment": sealed.text,
        "assignment_key_id": sealed.key,
        "assignment_seal": sealed.signature,
        "enrolled_at": timezone.now(),
        **facts,
    }
    return Station.objects.create(**given)


@dataclass(frozen=True)
class StandingWorld:
    """A world that is committed in a database; each test fetches its own objects."""

    people: dict[str, UUID]
    project: UUID
    release: UUID
    oncology: UUID

    @classmethod
    def of(cls, world: World) -> StandingWorld:
        people = {name: user.id for name, user in world.people.items()}
        return cls(people, world.project.id, world.release.id, world.oncology.id)

    def fetch(self) -> World:
        found = User.objects.in_bulk(self.people.values())
        people = {name: found[user_id] for name, user_id in self.people.items()}
        project = Project.objects.get(pk=self.project)
        review = Review(project, people, Writer(caller_of(people["editor"]), project))
        release = Release.objects.with_people().get(pk=self.release)
        return World(review, people, release, Team.objects.get(parent=None), Team.objects.get(pk=self.oncology))


# The bare world, and that with roles and a grant, by the name of their database.
STANDING: dict[str, dict[str, StandingWorld]] = {}


@pytest.fixture(scope="session")
def fleet_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of the database in which both are already."""
    name = databases.new(template=databases.template())
    with django_db_blocker.unblock(), databases.connected_to(name):
        STANDING[name] = {
            "world": StandingWorld.of(new_world()),
            "fleet": StandingWorld.of(with_roles(new_world())),
        }
    yield name
    databases.drop(name)


@pytest.fixture(scope="module", autouse=True)
def database_of_fleet(fleet_database: str) -> Iterator[None]:
    """Where the tests of a module roll back."""
    with databases.connected_to(fleet_database):
        yield


@pytest.fixture
def world(db: None) -> World:
    forget_redis()
    return STANDING[databases.current()]["world"].fetch()


@pytest.fixture
def committed_world(committed_db: None) -> World:
    """As `world`, for what runs in threads or processes of its own."""
    return new_world()


@pytest.fixture
def fleet(db: None) -> World:
    """The world with a grant; owner and editor are admins of Oncology, the reviewer is a user of it."""
    forget_redis()
    return STANDING[databases.current()]["fleet"].fetch()


def new_world() -> World:
    project, people = new_reviewed()
    people["boss"] = new_user("boss", is_administrator=True)
    review = begun(project, people)
    root = Team.objects.get(parent=None)
    world = World(review, people, review.release(), root, root)
    world.oncology = world.team(f"Oncology {project.id}", root)
    return world


def with_roles(world: World) -> World:
    """Let the project's releases go to Oncology, and give its people their roles."""
    world.grant()
    for name, role in (("owner", "admin"), ("editor", "admin"), ("reviewer", "user")):
        world.role(name, role)
    return world
