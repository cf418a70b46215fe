"""Marks of what somebody has read of a difference: their own, for both texts, and no record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from drafts.models import Draft
from drafts.readings import services
from drafts.readings.services import mark_read, read_fields
from kernel.errors import Conflict, NotFound, ValidationFailed
from projects.models import Project
from tests.writers import Writer

pytestmark = pytest.mark.django_db

Callers = Callable[..., Caller]


@pytest.fixture
def writer(project: Project, editor: User, caller_for: Callers) -> Writer:
    return Writer(caller_for(editor), project)


def save(writer: Writer, base: int, **changes: str) -> Draft:
    locks = [writer.take(name) for name in changes]
    return writer.save(changes, *locks, base=base, release_locks=True)


def test_a_mark_counts_for_every_pair_with_both_texts_and_ends_where_a_text_changed(
    writer: Writer, project: Project, reviewer: User, viewer: User, caller_for: Callers
) -> None:
    one = save(writer, 0, prompt_text="One", model_configuration='{"a": 1}')
    two = save(writer, 1, prompt_text="Two")
    events = Event.objects.count()

    mark_read(caller=caller_for(reviewer), project_id=project.id, base=1, target=2, field="prompt_text", read=True)

    assert read_fields(user=reviewer, base=one, target=two) == {"prompt_text"}
    assert read_fields(user=viewer, base=one, target=two) == set()
    assert Event.objects.count() == events
    three = save(writer, 2, model_configuration='{"a": 2}')
    assert read_fields(user=reviewer, base=one, target=three) == {"prompt_text"}
    four = save(writer, 3, prompt_text="Four")
    assert read_fields(user=reviewer, base=one, target=four) == set()


def test_a_mark_is_made_once_and_taken_back(
    writer: Writer, project: Project, viewer: User, caller_for: Callers
) -> None:
    one = save(writer, 0, prompt_text="One")
    facts: dict[str, Any] = {
        "caller": caller_for(viewer),
        "project_id": project.id,
        "base": 0,
        "target": 1,
        "field": "prompt_text",
    }

    mark_read(**facts, read=True)
    mark_read(**facts, read=True)
    assert read_fields(user=viewer, base=None, target=one) == {"prompt_text"}

    mark_read(**facts, read=False)
    assert read_fields(user=viewer, base=None, target=one) == set()


def test_nobody_marks_what_they_may_not_see_or_what_is_not_there(
    writer: Writer, project: Project, viewer: User, outsider: User, caller_for: Callers
) -> None:
    save(writer, 0, prompt_text="One")
    facts: dict[str, Any] = {"project_id": project.id, "base": 0, "target": 1, "read": True}

    with pytest.raises(NotFound):
        mark_read(caller=caller_for(outsider), field="prompt_text", **facts)
    with pytest.raises(ValidationFailed):
        mark_read(caller=caller_for(viewer), field="files/none.md", **facts)
    with pytest.raises(NotFound):
        mark_read(caller=caller_for(viewer), field="prompt_text", **{**facts, "target": 9})


def test_nobody_keeps_marks_without_end(
    writer: Writer, project: Project, viewer: User, caller_for: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_MARKS", 1)
    save(writer, 0, prompt_text="One", model_configuration="{}")
    facts: dict[str, Any] = {
        "caller": caller_for(viewer),
        "project_id": project.id,
        "base": 0,
        "target": 1,
        "read": True,
    }
    mark_read(**facts, field="prompt_text")

    with pytest.raises(Conflict):
        mark_read(**facts, field="model_configuration")
