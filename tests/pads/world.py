"""A project with its people, and what tests of pads make in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from accounts.callers import Caller
from accounts.models import User
from kernel.crdt.edits import Edit
from locking.sessions import open_session
from projects.models import Project
from projects.services import add_member
from stages.pads.loading import read_text
from stages.pads.models import Pad
from stages.pads.services import create_pad, edit_pad
from stages.pads.submissions import Accepted
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

    def session(self, name: str) -> Caller:
        """Somebody with a session of their own, such as an IDE."""
        caller = self.caller(name)
        opened = open_session(caller=caller, project_id=self.project.id, connected=False)
        return replace(caller, session_id=opened.session_id)


def edit(caller: Caller, pad: Pad, revision: int, *edits: tuple[int, int, str], ref: UUID | None = None) -> Accepted:
    """Send a change by position."""
    caller = replace(caller, client_ref=ref)
    return edit_pad(caller=caller, pad_id=pad.id, revision=revision, edits=tuple(Edit(*each) for each in edits))


def text_of(pad: Pad) -> str:
    """The text now, as the log says."""
    return read_text(pad.id).text


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
