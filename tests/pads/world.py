"""A project with its people, and what tests of pads make in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from projects.services import add_member
from stages.pads.models import Pad
from stages.pads.services import create_pad
from tests.cast import new_caller, new_project, new_user
from tests.writers import Writer

PROMPT = "Be exact."


@dataclass
class World:
    """Olga owns the project, Ed and Mara edit, Rae reviews, Vic watches; somebody is no member of it."""

    project: Project
    people: dict[str, User]

    def caller(self, name: str, **facts: Any) -> Caller:
        return new_caller(self.people[name], **facts)

    def pad(self, by: str = "ed", **facts: Any) -> Pad:
        return create_pad(**{"caller": self.caller(by), "project_id": self.project.id, "name": "Exclusions", **facts})


@pytest.fixture
def world(db: None) -> World:
    return new_world()


@pytest.fixture
def committed_world(committed_db: None) -> World:
    """As `world`, for what runs in threads or processes of its own."""
    return new_world()


def new_world() -> World:
    people = {name: new_user(name) for name in ("olga", "ed", "mara", "rae", "vic", "outsider")}
    roles = {"editor": people["ed"], "reviewer": people["rae"], "viewer": people["vic"]}
    project = new_project(people["olga"], members=roles)
    add_member(caller=new_caller(people["olga"]), project_id=project.id, user_id=people["mara"].id, role="editor")
    writer = Writer(new_caller(people["ed"]), project)
    writer.save({"prompt_text": PROMPT}, writer.take())
    writer.give_back("prompt_text")
    return World(project, people)
