"""A released project, a small tree of teams, and the people in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.utils import timezone

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
from tests.cast import new_caller, new_reviewed, new_user
from tests.publishing.reviews import Review, begun


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
        if "boss" not in self.people:
            self.people["boss"] = new_user("boss", is_administrator=True)
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


@pytest.fixture
def world(db: None) -> World:
    return new_world()


@pytest.fixture
def committed_world(committed_db: None) -> World:
    """As `world`, for what runs in threads or processes of its own."""
    return new_world()


def new_world() -> World:
    project, people = new_reviewed()
    review = begun(project, people)
    root = Team.objects.get(parent=None)
    world = World(review, people, review.release(), root, root)
    world.oncology = world.team(f"Oncology {project.id}", root)
    return world


@pytest.fixture
def fleet(world: World) -> World:
    """The world with a grant; owner and editor are admins of Oncology, the reviewer is a user of it."""
    world.grant()
    for name, role in (("owner", "admin"), ("editor", "admin"), ("reviewer", "user")):
        world.role(name, role)
    return world
