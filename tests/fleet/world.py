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
from publishing.models import Release
from stages.fleet.models import Directive, Station, Team
from tests.cast import new_caller, new_reviewed, new_user
from tests.publishing.reviews import Review, begun


@dataclass
class World:
    """Olga owns a project with the release 1.0.0; below the root is the team Oncology."""

    review: Review
    people: dict[str, User]
    release: Release
    root: Team
    oncology: Team

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
    oncology = Team.objects.create(parent=root, name=f"Oncology {project.id}", created_at=timezone.now())
    return World(review, people, review.release(), root, oncology)
