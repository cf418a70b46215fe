"""Going back makes new versions: revert for everybody, undo and redo for one's own changes."""

from __future__ import annotations

from uuid import uuid4

import pytest

from audit.models import Event
from drafts.models import Draft
from drafts.services import change_files, redo_draft, revert_draft, undo_draft
from kernel.errors import Conflict, LockHeld, NotFound, PermissionDenied, ValidationFailed
from locking.models import EndReason, Lease
from tests.writers import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara(project, owner, caller_for) -> Writer:
    return Writer(caller_for(owner), project)


@pytest.fixture
def daniel(project, editor, caller_for) -> Writer:
    return Writer(caller_for(editor), project)


def write(writer: Writer, field: str, text: str) -> Draft:
    current = Draft.objects.of_project(writer.project.id).first()
    content = text if field == "prompt_text" else {"content": text}
    lock = writer.take(field)
    draft = writer.save({field: content}, lock, base=current.version_number if current else 0)
    writer.give_back(field)
    return draft


def undo(writer: Writer) -> Draft:
    return undo_draft(caller=writer.caller, project_id=writer.project.id)


def redo(writer: Writer) -> Draft:
    return redo_draft(caller=writer.caller, project_id=writer.project.id)


def revert(writer: Writer, version: int, reason: str = "It was better", field: str | None = None) -> Draft:
    project_id = writer.project.id
    return revert_draft(caller=writer.caller, project_id=project_id, version=version, reason=reason, field=field)


def test_revert_brings_back_every_field_and_forgets_later_files(daniel: Writer):
    write(daniel, "prompt_text", "one")
    write(daniel, "files/a.md", "a")
    write(daniel, "prompt_text", "two")

    draft = revert(daniel, 1)

    assert draft.version_number == 4
    assert draft.kind == "revert"
    assert draft.source_version == 1
    assert draft.content_hash == Draft.objects.get(project=daniel.project, version_number=1).content_hash
    assert draft.changed_fields == ["prompt_text", "files/a.md"]


def test_c19_revert_needs_a_reason_which_is_on_record(daniel: Writer):
    write(daniel, "prompt_text", "one")
    write(daniel, "prompt_text", "two")

    with pytest.raises(ValidationFailed):
        revert(daniel, 1, " ")
    draft = revert(daniel, 1, "Two lost its citations")

    event = Event.objects.of_project(daniel.project.id).get(target_id=str(draft.id))
    assert event.record["reason"] == "Two lost its citations"


def test_c22_a_write_without_a_lock_leaves_a_momentary_lease(daniel: Writer):
    write(daniel, "prompt_text", "one")
    write(daniel, "prompt_text", "two")

    draft = revert(daniel, 1)

    lease = Lease.objects.filter(project=daniel.project, field="prompt_text")[0]
    assert lease.token == draft.event_seq
    assert lease.started_at == lease.ended_at == draft.created_at
    assert lease.end_reason == EndReason.SAVED


def test_revert_waits_for_nobody_but_refuses_while_a_touched_field_is_edited(mara: Writer, daniel: Writer):
    write(daniel, "prompt_text", "one")
    write(daniel, "prompt_text", "two")
    mara.take("prompt_text")

    with pytest.raises(LockHeld):
        revert(daniel, 1)


def test_an_untouched_field_may_be_edited_meanwhile(mara: Writer, daniel: Writer):
    write(daniel, "prompt_text", "one")
    write(daniel, "prompt_text", "two")
    mara.take("files/a.md")

    assert revert(daniel, 1).version_number == 3


def test_revert_to_what_is_there_already_is_a_conflict(daniel: Writer):
    write(daniel, "prompt_text", "one")

    with pytest.raises(Conflict):
        revert(daniel, 1)
    with pytest.raises(NotFound):
        revert(daniel, 7)


def test_one_field_is_taken_back_and_the_others_stay(daniel: Writer):
    write(daniel, "prompt_text", "one")
    write(daniel, "files/a.md", "a")
    write(daniel, "prompt_text", "two")

    draft = revert(daniel, 1, field="prompt_text")

    assert (draft.prompt_text, draft.changed_fields, draft.source_version) == ("one", ["prompt_text"], 1)
    assert "files/a.md" in draft.fields
    event = Event.objects.of_project(daniel.project.id).get(action="draft.saved", target_id=str(draft.id))
    assert (event.record["reason"], event.data["only_field"]) == ("It was better", "prompt_text")
    with pytest.raises(Conflict, match="This field of v4 is already the same as in v1"):
        revert(daniel, 1, field="prompt_text")


def test_one_field_is_taken_back_while_another_is_edited_and_not_while_it_is_itself(mara: Writer, daniel: Writer):
    write(daniel, "prompt_text", "one")
    write(daniel, "prompt_text", "two")
    mara.take("files/a.md")
    revert(daniel, 1, field="prompt_text")
    mara.take("prompt_text")

    with pytest.raises(LockHeld):
        revert(daniel, 2, field="prompt_text")


def test_a_renamed_file_is_taken_back_under_the_name_that_it_has_now(daniel: Writer):
    write(daniel, "files/a.md", "old")
    write(daniel, "files/a.md", "new")
    renames = {"files/b.md": "files/a.md"}
    change_files(caller=daniel.caller, project_id=daniel.project.id, session_id=None, base_version=2, renames=renames)

    by_new_name = revert(daniel, 1, field="files/b.md")
    assert list(by_new_name.fields) == ["files/b.md"]
    assert by_new_name.content_hash != Draft.objects.get(project=daniel.project, version_number=3).content_hash

    by_old_name = revert(daniel, 2, field="files/a.md")
    assert list(by_old_name.fields) == ["files/b.md"]


def test_undo_then_redo_is_the_identity(daniel: Writer):
    write(daniel, "prompt_text", "one")
    last = write(daniel, "prompt_text", "two")

    assert undo(daniel).prompt_text == "one"
    assert redo(daniel).content_hash == last.content_hash


def test_undo_is_per_person(mara: Writer, daniel: Writer):
    write(daniel, "prompt_text", "daniel's")
    write(mara, "files/a.md", "mara's")

    draft = undo(daniel)

    assert set(draft.fields) == {"files/a.md"}
    with pytest.raises(Conflict, match="nothing to redo"):
        redo(mara)


def test_a_later_change_by_somebody_else_blocks_and_is_named(mara: Writer, daniel: Writer):
    write(daniel, "prompt_text", "daniel's")
    later = write(mara, "prompt_text", "mara's")

    with pytest.raises(Conflict) as refusal:
        undo(daniel)

    assert refusal.value.extra["changed"] == [
        {"field": "prompt_text", "version": later.version_number, "author": mara.caller.user.person()}
    ]


def test_a_partial_undo_says_what_it_left(mara: Writer, daniel: Writer):
    locks = [daniel.take("prompt_text"), daniel.take("files/a.md")]
    daniel.save({"prompt_text": "p", "files/a.md": {"content": "a"}}, *locks)
    daniel.give_back("prompt_text")
    daniel.give_back("files/a.md")
    write(mara, "files/a.md", "mara's")

    draft = undo(daniel)

    assert draft.changed_fields == ["prompt_text"]
    assert [each["field"] for each in draft.skipped_fields] == ["files/a.md"]


def test_a_new_save_clears_redo(daniel: Writer):
    write(daniel, "prompt_text", "one")
    undo(daniel)
    write(daniel, "prompt_text", "two")

    with pytest.raises(Conflict, match="nothing to redo"):
        redo(daniel)


def test_several_undos_and_redos_walk_through_my_changes(daniel: Writer):
    for text in ("one", "two", "three"):
        write(daniel, "prompt_text", text)

    assert [undo(daniel).prompt_text for _ in range(3)] == ["two", "one", None]
    with pytest.raises(Conflict):
        undo(daniel)
    assert [redo(daniel).prompt_text for _ in range(3)] == ["one", "two", "three"]


def test_a_repeat_with_the_same_reference_undoes_once(daniel: Writer, caller_for, editor):
    write(daniel, "prompt_text", "one")
    caller = caller_for(editor, client_ref=uuid4())

    first = undo_draft(caller=caller, project_id=daniel.project.id)
    again = undo_draft(caller=caller, project_id=daniel.project.id)

    assert again.id == first.id


def test_a_reviewer_cannot_go_back(project, daniel: Writer, reviewer, caller_for):
    write(daniel, "prompt_text", "one")

    with pytest.raises(PermissionDenied):
        revert_draft(caller=caller_for(reviewer), project_id=project.id, version=1, reason="no")
