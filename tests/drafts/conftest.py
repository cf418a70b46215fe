"""The people of a discussion, and the one who saves what they talk about."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.callers import Caller
from accounts.models import User
from drafts.models import Draft
from projects.models import Project
from tests.writers import Writer

Save = Callable[..., Draft]


@pytest.fixture
def save(project: Project, editor: User, caller_for: Callable[..., Caller]) -> Save:
    """Save a field's text (None removes a file) as the editor; the answer is the new version."""
    writer = Writer(caller_for(editor), project)

    def save(text: str | None, field: str = "prompt_text") -> Draft:
        current = Draft.objects.of_project(project.id).first()
        content = {"content": text} if field.startswith("files/") and text is not None else text
        lock = writer.take(field)
        draft = writer.save({field: content}, lock, base=current.version_number if current else 0)
        writer.give_back(field)
        return draft

    return save


@pytest.fixture
def editing(project: Project, editor: User, caller_for: Callable[..., Caller]) -> Writer:
    return Writer(caller_for(editor), project)


@pytest.fixture
def owning(project: Project, owner: User, caller_for: Callable[..., Caller]) -> Writer:
    return Writer(caller_for(owner), project)
