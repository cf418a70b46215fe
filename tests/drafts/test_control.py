"""c22: for every version, who held which of its fields from when to when."""

from __future__ import annotations

import pytest

from drafts.control import leases_of
from drafts.services import revert_draft
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def test_c22_a_save_names_the_leases_it_was_made_under(project, editor, caller_for):
    writer = Writer(caller_for(editor), project)
    prompt, file = writer.take(), writer.take("files/a.md")
    draft = writer.save({"prompt_text": "one", "files/a.md": {"content": "a"}}, prompt, file)

    assert [(lease.field, lease.token) for lease in leases_of(draft)] == [
        ("files/a.md", file.token),
        ("prompt_text", prompt.token),
    ]


def test_c22_a_revert_held_its_fields_for_a_moment(project, editor, caller_for):
    writer = Writer(caller_for(editor), project)
    lock = writer.take()
    writer.save({"prompt_text": "one"}, lock)
    writer.save({"prompt_text": "two"}, lock, base=1)
    writer.give_back()

    draft = revert_draft(caller=writer.caller, project_id=project.id, version=1, reason="Better")

    (lease,) = leases_of(draft)
    assert lease.started_at == lease.ended_at == draft.created_at
    assert lease.user == editor
