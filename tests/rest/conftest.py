"""The people and the places of the permission matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.services import update_account
from drafts.comments.services import create_comment
from drafts.tasks.services import create_task
from projects.models import Project
from projects.services import remove_member
from publishing.services import submit_release, withdraw_release
from tests.publishing.conftest import make_review, review
from tests.rest.client import Api
from tests.writers import Writer

__all__ = ["make_review", "review"]

A_COMMENT: dict[str, Any] = {"version": 1, "target_field": "prompt_text", "text": "Only one?"}


@pytest.fixture
def people(owner: User, make_user: Callable[..., User]) -> dict[str, User]:
    """Everybody of the matrix but the anonymous one, and a stranger who may be let in."""
    names = ("editor", "reviewer", "viewer", "visitor", "auditor", "outsider", "stranger")
    people = {"owner": owner, **{name: make_user(name) for name in names}}
    auditor = update_account(caller=foundry_caller("command"), user_id=people["auditor"].id, is_auditor=True)
    return {**people, "auditor": auditor}


@pytest.fixture
def places(
    people: dict[str, User],
    make_project: Callable[..., Project],
    make_user: Callable[..., User],
    caller_for: Callable[..., Caller],
) -> dict[bool, Project]:
    """A private project, and an internal one for the visitor; two versions each, by somebody who has left since."""
    former = make_user("former")
    roles = {role: people[role] for role in ("reviewer", "viewer")}
    places = {}
    for is_private in (True, False):
        project = make_project(members={**roles, "editor": former}, is_private=is_private)
        writer = Writer(caller_for(former), project)
        writer.save({"prompt_text": "one", "files/a.md": {"content": ""}}, writer.take(), writer.take("files/a.md"))
        writer.save({"prompt_text": "two"}, writer.take(), base=1, release_locks=True)
        writer.give_back("files/a.md")
        remove_member(caller=caller_for(people["owner"]), project_id=project.id, user_id=former.id, reason="Left")
        Api(people["owner"]).post(
            f"projects/{project.id}/members/", {"user_id": str(people["editor"].id), "role": "editor"}
        )
        create_comment(caller=caller_for(people["owner"]), project_id=project.id, **A_COMMENT)
        create_task(caller=caller_for(people["owner"]), project_id=project.id, text="Name the sources")
        # A review that has ended: the project is open, and there is a release to ask for.
        release = submit_release(caller=caller_for(people["owner"]), project_id=project.id, name="0.9.0", version=1)
        withdraw_release(caller=caller_for(people["owner"]), release_id=release.id, reason="Not yet")
        places[is_private] = project
    return places
