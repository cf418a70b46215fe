"""A stage takes part in the transaction of every new version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from audit.models import Event
from drafts.content import FieldChange
from drafts.exchange.versions import import_version
from drafts.models import Draft
from drafts.services import revert_draft, undo_draft
from kernel.errors import Conflict
from locking.models import WorkingCopy
from projects.models import Project
from tests.sample_stage.models import Note
from tests.sample_stage.versions import NOTED, REFUSED
from tests.writers import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(project: Project, editor: User, caller_for: Callable[..., Any]) -> Writer:
    return Writer(caller_for(editor), project)


def save(writer: Writer, text: str) -> Draft:
    lock = writer.take("prompt_text")
    current = Draft.objects.of_project(writer.project.id).first()
    draft = writer.save({"prompt_text": text}, lock, base=current.version_number if current else 0)
    writer.give_back("prompt_text")
    return draft


def noted(project: Project) -> list[str]:
    return [note.text for note in Note._default_manager.filter(project=project)]


def test_a_step_records_its_event_right_after_the_version(writer: Writer, project: Project):
    draft = save(writer, NOTED)

    event = Event.objects.of_project(project.id).get(action="note.added")
    assert (event.seq, noted(project)) == (draft.event_seq + 1, ["v1 asks the clinic"])


def test_a_step_that_refuses_leaves_no_version_and_keeps_the_text(writer: Writer, project: Project):
    save(writer, "Be exact.")
    lock = writer.take("prompt_text")

    with pytest.raises(Conflict, match="sample stage refuses") as refusal:
        writer.save({"prompt_text": REFUSED}, lock, base=1)

    assert Draft.objects.of_project(project.id).count() == 1
    assert WorkingCopy.objects.get(pk=str(refusal.value.extra["working_copy"])).content == REFUSED


@pytest.mark.parametrize("how", ["revert", "undo", "import"])
def test_a_step_sees_a_version_however_it_came_to_be(
    writer: Writer, project: Project, owner: User, caller_for: Callable[..., Any], how: str
):
    save(writer, NOTED)
    save(writer, "Be exact.")

    if how == "revert":
        revert_draft(caller=writer.caller, project_id=project.id, version=1, reason="As it was")
    elif how == "undo":
        undo_draft(caller=writer.caller, project_id=project.id)
    else:
        changes = {"prompt_text": FieldChange("prompt_text", f"{NOTED} Twice.", "text/markdown", "markdown")}
        import_version(
            caller=caller_for(owner),
            project_id=project.id,
            changes=changes,
            base={},
            message="",
            facts={"source": "test"},
        )

    assert noted(project) == ["v1 asks the clinic", "v3 asks the clinic"]
