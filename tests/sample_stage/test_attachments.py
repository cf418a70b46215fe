"""A stage makes something of its own a subject of attachments."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.callers import Caller
from accounts.models import User
from drafts.attachments.models import Attachment
from drafts.attachments.services import remove_attachment
from kernel.errors import Conflict, NotFound
from projects.models import Project
from tests.cast import new_project
from tests.drafts.attachments.files import attach
from tests.sample_stage.services import add_note

pytestmark = pytest.mark.django_db


def test_a_note_takes_files_and_keeps_them(project: Project, owner: User, caller_for: Callable[..., Caller]) -> None:
    caller = caller_for(owner)
    note = add_note(caller=caller, project_id=project.id, text="See the picture")

    attachment = attach(caller, project, b"a", subject_type="note", subject_id=note.id)

    assert list(Attachment.objects.of_subject("note", note.id).visible_to(owner)) == [attachment]
    with pytest.raises(Conflict, match="keeps its files"):
        remove_attachment(caller=caller, attachment_id=attachment.id, reason="Too large")
    with pytest.raises(NotFound):
        attach(caller, new_project(owner), b"a", subject_type="note", subject_id=note.id)


def test_a_closed_note_takes_no_files(project: Project, owner: User, caller_for: Callable[..., Caller]) -> None:
    caller = caller_for(owner)
    note = add_note(caller=caller, project_id=project.id, text="Closed: nothing more")
    with pytest.raises(Conflict, match="takes no files"):
        attach(caller, project, b"a", subject_type="note", subject_id=note.id)
