"""A project with some history, committed, and its file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from drafts.exchange.exporting import export_project
from drafts.exchange.git.history import Selection
from drafts.exchange.git.importing import Report, import_repository
from drafts.exchange.git.repository import Repository
from drafts.models import Draft
from drafts.services import revert_draft, undo_draft
from projects.models import Project
from projects.services import change_role, update_project
from tests.drafts.exchange.git_repository import BOTH, Repo
from tests.writers import Writer


def save(writer: Writer, changes: dict[str, Any], **more: Any) -> Draft:
    """Save under locks taken for the moment, on the current version."""
    locks = [writer.take(name) for name in changes]
    current = Draft.objects.of_project(writer.project.id).first()
    draft = writer.save(changes, *locks, base=current.version_number if current else 0, **more)
    for name in changes:
        writer.give_back(name)
    return draft


@pytest.fixture
def told(committed_db: None, project: Project, owner: User, editor: User, viewer: User, caller_for: Any) -> Project:
    """A project whose history has every kind of version, a lock still held, and people who changed."""
    daniel, mara = Writer(caller_for(editor), project), Writer(caller_for(owner), project)
    save(
        daniel,
        {"prompt_text": 'Be "kind".\n\u2028é\U0001f600\n', "files/a.yaml": {"content": "a: 1\n"}},
        message="First",
    )
    save(mara, {"model_configuration": '{\n  "zeta": 1e2,\n  "alpha": 0.10\n}'})
    save(daniel, {"files/a.yaml": None, "files/b/c.txt": {"content": "a: 1\n", "language": None}})
    revert_draft(caller=mara.caller, project_id=project.id, version=1, reason="It was better")
    save(daniel, {"prompt_text": "Be brief."})
    undo_draft(caller=daniel.caller, project_id=project.id)
    change_role(caller=mara.caller, project_id=project.id, user_id=viewer.id, role="reviewer", reason="Helps now")
    update_project(caller=mara.caller, project_id=project.id, description="Told in full")
    daniel.take("prompt_text")
    return project


@pytest.fixture
def exported(told) -> bytes:
    """The file of the project `told`."""
    return b"".join(export_project(project_id=told.id))


@pytest.fixture
def contents() -> Callable[[Project], list[tuple[int, str, str]]]:
    """Number, content hash and message of every version of a project."""

    def read(project: Project) -> list[tuple[int, str, str]]:
        drafts = Draft.objects.filter(project=project).order_by("version_number")
        return list(drafts.values_list("version_number", "content_hash", "message"))

    return read


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "agent")


@pytest.fixture
def run(owner, caller_for):
    def import_it(repo: Repo, selection: Selection = BOTH, **options: Any) -> Report:
        given = {"caller": caller_for(owner, via="command"), "name": "agent", **options}
        return import_repository(repository=Repository(repo.path), selection=selection, **given)

    return import_it
