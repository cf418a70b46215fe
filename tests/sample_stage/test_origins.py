"""A stage says what a version was made from, and its people read of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from audit.models import Event
from drafts.models import Draft
from drafts.origins import Origin, written_by
from projects.models import Project
from publishing.authors import authors_of
from tests.sample_stage.services import add_note
from tests.writers import Writer
from workspace.event_words import event_sentence, event_words
from workspace.history.made_from import MadeFrom, made_from

pytestmark = pytest.mark.django_db


def test_a_version_is_made_from_a_note(
    project: Project, owner: User, editor: User, caller_for: Callable[..., Any]
) -> None:
    note = add_note(caller=caller_for(owner), project_id=project.id, text="Be exact.")
    writer = Writer(caller_for(editor), project)
    facts = {"type": "note", "id": str(note.id), "contributors": [{"id": str(owner.id), "characters": 9}]}
    origin = Origin(facts, {"text": note.text, "writers": [owner.person()]})
    draft = writer.save({"prompt_text": "Be exact."}, writer.take(), origin=origin)

    assert draft.origin == facts
    assert set(authors_of(draft)) == {owner.id, editor.id}
    written = f"written by {owner.display_name}"
    saved = Event.objects.of_project(project.id).get(action="draft.saved")
    assert event_words(saved) == f"v1, written down from “Be exact.”, {written}: Prompt"
    assert event_sentence(saved) == ("{name} wrote down {thing}", f"“Be exact.” as v1, {written}: Prompt")
    (found,) = made_from(Draft.objects.of_project(project.id).select_related("author")).values()
    assert found == MadeFrom(
        f"Written down from “Be exact.” by {editor.display_name}", f"/projects/{project.id}/activity/", written
    )


def test_who_wrote_is_said_in_words(owner: User) -> None:
    ed, mara = ({**owner.person(), "display_name": name} for name in ("Ed", "Mara"))
    bot = {**owner.person(), "display_name": "Bot", "kind": "agent"}
    assert written_by([ed]) == "written by Ed"
    assert written_by([ed, mara, bot]) == "written by Ed and Mara, with an agent"
    assert written_by([bot]) == "written by Bot"
    assert written_by([]) == ""
