"""Adding, replacing, renaming and removing files as files: one version, under the locks of the moment."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from uuid import uuid4

import pytest

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from audit.verification import verify
from blobs.models import sha256_of
from drafts.comments.models import Comment
from drafts.comments.reading import margin_counts, thread_bodies
from drafts.comments.services import create_comment
from drafts.compare.versions import compare_drafts
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from drafts.models import Draft
from drafts.renames import Renames, versions_that_changed
from drafts.services import change_files, redo_draft, revert_draft, undo_draft
from kernel.errors import ClientRefReused, Conflict, LockHeld, PermissionDenied, StaleBase, ValidationFailed
from locking.models import Lease, WorkingCopy
from locking.redis_locks import HeldLock, lock_key, read_many
from locking.working_copies import put_working_copy
from projects.models import Project
from tests.writers import Writer

pytestmark = pytest.mark.django_db

OLD, NEW = "files/old.md", "files/notes/new.md"
TEXT = "One\nTwo\nThree\n"


@pytest.fixture
def editing(project: Project, editor: User, caller_for: Callable[..., Caller]) -> Writer:
    return Writer(caller_for(editor), project)


@pytest.fixture
def owning(project: Project, owner: User, caller_for: Callable[..., Caller]) -> Writer:
    return Writer(caller_for(owner), project)


def change(writer: Writer, **given: object) -> Draft:
    """As the writer, on the current version."""
    newest = Draft.objects.of_project(writer.project.id).first()
    base = newest.version_number if newest else 0
    given = {"base_version": base, "session_id": writer.session, **given}
    return change_files(caller=writer.caller, project_id=writer.project.id, **given)  # type: ignore[arg-type]


def content(text: str = TEXT) -> dict[str, str]:
    return {"content": text}


def newest_event(writer: Writer, action: str) -> Event:
    event = Event.objects.of_project(writer.project.id).filter(action=action).last()
    assert event is not None
    return event


def test_several_files_are_added_in_one_version(editing: Writer):
    draft = change(editing, changes={"files/a.md": content(), "files/b/c.yaml": content("a: 1\n")}, message="Uploaded")

    assert draft.version_number == 1
    assert draft.changed_fields == ["files/a.md", "files/b/c.yaml"]
    assert draft.fields["files/b/c.yaml"].language == "yaml"
    leases = Lease.objects.of_project(editing.project.id)
    assert {(lease.field, lease.is_open) for lease in leases} == {("files/a.md", False), ("files/b/c.yaml", False)}


def test_every_problem_of_an_upload_is_named_by_file_and_nothing_is_written(editing: Writer):
    too_long = "x" * (1024 * 1024 + 1)
    broken = {
        "files/../a.md": content(),
        "files/broken.json": content("{"),
        "files/nul.md": content("\0"),
        "files/long.md": content(too_long),
        "prompt_text": "x",
        "files/gone.md": None,
        "files/good.md": content(),
    }

    with pytest.raises(ValidationFailed) as refusal:
        change(editing, changes=broken)

    assert refusal.value.errors.keys() == broken.keys() - {"files/good.md"}
    assert not Draft.objects.of_project(editing.project.id).exists()


def test_a_file_that_changed_since_it_was_seen_is_neither_replaced_nor_removed(editing: Writer, owning: Writer):
    change(editing, changes={OLD: content()})
    change(owning, changes={OLD: content("Newer\n")})

    for given in (content("Mine\n"), None):
        with pytest.raises(StaleBase) as refusal:
            change(editing, changes={OLD: given}, base_version=1)
        assert refusal.value.extra["field"] == OLD
    with pytest.raises(Conflict):
        change(editing, changes={OLD: content("Newer\n")})


def test_a_repeat_gets_the_same_version_and_another_change_is_refused(editing: Writer):
    editing.caller = replace(editing.caller, client_ref=uuid4())
    first = change(editing, changes={OLD: content()}, base_version=0)

    assert change(editing, changes={OLD: content()}, base_version=0).id == first.id
    with pytest.raises(ClientRefReused):
        change(editing, changes={NEW: content()}, base_version=0)


def test_a_rename_is_one_version_that_says_so(editing: Writer):
    change(editing, changes={OLD: content()})

    draft = change(editing, renames={NEW: OLD})

    assert set(draft.fields) == {NEW}
    assert draft.renamed == {NEW: OLD}
    event = newest_event(editing, "draft.saved")
    assert event.data["renamed"] == {NEW: OLD}
    assert event.data["fields"] == {
        NEW: {"before": None, "after": sha256_of(TEXT.encode())},
        OLD: {"before": sha256_of(TEXT.encode()), "after": None},
    }


def test_a_rename_is_refused_where_it_cannot_be(editing: Writer):
    change(editing, changes={OLD: content(), "files/there.md": content("There\n"), "files/x": content("{")})

    for renames in (
        {"files/there.md": OLD},
        {NEW: "files/gone.md"},
        {"files/a:b": OLD},
        {"prompt_text": OLD},
        {NEW: "prompt_text"},
        {"files/1.md": OLD, "files/2.md": OLD},
        {"files/there.md/x.md": OLD},
        {"files/x.json": "files/x"},
    ):
        with pytest.raises(ValidationFailed):
            change(editing, renames=renames)
    with pytest.raises(ValidationFailed):
        change(editing, changes={OLD: content("Both\n")}, renames={NEW: OLD})
    assert Draft.objects.of_project(editing.project.id).count() == 1


def test_a_new_ending_brings_its_language_and_a_chosen_one_stays(editing: Writer):
    own = {"content": "a: 1\n", "language": "markdown"}
    change(editing, changes={"files/a.txt": content("a: 1\n"), "files/b.txt": own})

    draft = change(editing, renames={"files/a.yaml": "files/a.txt", "files/b.yaml": "files/b.txt"})

    assert (draft.fields["files/a.yaml"].language, draft.fields["files/a.yaml"].media_type) == (
        "yaml",
        "application/yaml",
    )
    assert draft.fields["files/b.yaml"].language == "markdown"


@pytest.mark.parametrize("held", [OLD, NEW])
def test_a_file_that_somebody_else_edits_is_not_renamed(editing: Writer, owning: Writer, held: str):
    change(editing, changes={OLD: content()})
    owning.take(held)

    with pytest.raises(LockHeld) as refusal:
        change(editing, renames={NEW: OLD})

    assert refusal.value.extra["holder"] == owning.caller.user.person()


def test_a_file_that_one_edits_oneself_in_another_window_is_not_removed(editing: Writer):
    change(editing, changes={OLD: content()})
    Writer(editing.caller, editing.project).take(OLD)

    with pytest.raises(LockHeld):
        change(editing, changes={OLD: None})


def test_somebody_elses_session_is_no_excuse(editing: Writer, owning: Writer):
    change(editing, changes={OLD: content()})
    owning.take(OLD)

    with pytest.raises(PermissionDenied):
        change(editing, renames={NEW: OLD}, session_id=owning.session)


def test_the_renamers_lock_and_unsaved_text_go_along(editing: Writer):
    change(editing, changes={OLD: content()})
    lock = editing.take(OLD)
    put_working_copy(
        caller=editing.caller,
        project_id=editing.project.id,
        session_id=editing.session,
        field=OLD,
        token=lock.token,
        revision=7,
        content="Unsaved",
    )

    change(editing, renames={NEW: OLD})

    (lease,) = Lease.objects.open().of_project(editing.project.id)
    assert (lease.field, lease.session_id, lease.user_id) == (NEW, editing.session, editing.caller.user.id)
    assert lease.token == newest_event(editing, "lock.acquired").seq
    assert newest_event(editing, "lock.released").data["why"] == "saved"
    copy = WorkingCopy.objects.get(lease=lease)
    assert (copy.revision, copy.content) == (7, "Unsaved")


def test_the_moved_lock_is_kept_in_redis_and_saves_the_file_under_its_new_name(
    editing: Writer, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]]
):
    change(editing, changes={OLD: content()})
    editing.take(OLD)

    with django_capture_on_commit_callbacks(execute=True):
        change(editing, renames={NEW: OLD})

    old, new = read_many([lock_key(editing.project.id, name) for name in (OLD, NEW)])
    assert old is None
    assert isinstance(new, HeldLock)
    assert new.session_id == editing.session
    lock = editing.take(NEW)
    assert lock.lease_id == new.lease_id
    assert editing.save({NEW: content("More\n")}, lock, base=2).version_number == 3


def test_a_project_with_renames_verifies_and_comes_back_from_its_file(editing: Writer):
    change(editing, changes={OLD: content()})
    editing.take(OLD)
    change(editing, renames={NEW: OLD})
    revert_draft(caller=editing.caller, project_id=editing.project.id, version=1, reason="Back")

    copy = import_project(
        caller=editing.caller, file=io.BytesIO(b"".join(export_project(project_id=editing.project.id))), name="Copy"
    )

    assert [draft.renamed for draft in Draft.objects.of_project(copy.id)] == [{OLD: NEW}, {NEW: OLD}, None]
    assert verify().findings == []


def test_a_save_made_from_the_version_before_a_rename_is_saved_under_the_new_name(editing: Writer):
    change(editing, changes={OLD: content()})
    change(editing, changes={"files/new_since.md": content()})
    change(editing, renames={NEW: OLD})

    assert editing.save({NEW: content("More\n")}, editing.take(NEW), base=1).version_number == 4
    with pytest.raises(StaleBase) as refusal:
        editing.save({NEW: content("Again\n")}, editing.take(NEW), base=1)
    assert refusal.value.extra["fields"][NEW]["base"] == TEXT  # type: ignore[index]


def test_an_upload_made_before_a_rename_does_not_overwrite_the_renamed_file(editing: Writer, owning: Writer):
    change(editing, changes={OLD: content()})
    change(owning, renames={NEW: OLD})

    with pytest.raises(StaleBase):
        change(editing, changes={NEW: content("Mine\n")}, base_version=1)


def test_a_file_is_removed_with_ones_own_lock_and_unsaved_text(editing: Writer):
    change(editing, changes={OLD: content()})
    lock = editing.take(OLD)
    put_working_copy(
        caller=editing.caller,
        project_id=editing.project.id,
        session_id=editing.session,
        field=OLD,
        token=lock.token,
        revision=1,
        content="Unsaved",
    )

    draft = change(editing, changes={OLD: None})

    assert not draft.fields
    assert not Lease.objects.open().of_project(editing.project.id).exists()
    assert not WorkingCopy.objects.filter(lease__project=editing.project).exists()
    assert revert_draft(
        caller=editing.caller, project_id=editing.project.id, version=1, reason="Needed"
    ).fields.keys() == {OLD}


def test_what_one_is_editing_oneself_is_not_replaced(editing: Writer):
    change(editing, changes={OLD: content()})
    editing.take(OLD)
    editing.take(NEW)

    with pytest.raises(ValidationFailed):
        change(editing, changes={OLD: content("Other\n")})
    with pytest.raises(ValidationFailed):
        change(editing, renames={NEW: OLD})


def comment_on(writer: Writer, field: str, version: int, line: int) -> Comment:
    return create_comment(
        caller=writer.caller,
        project_id=writer.project.id,
        version=version,
        target_field=field,
        text="Why?",
        anchor={"from_line": line, "to_line": line},
    )


def test_comments_follow_a_renamed_file_there_and_back(editing: Writer):
    first = change(editing, changes={OLD: content()})
    made = comment_on(editing, OLD, 1, 2)
    renamed = change(editing, renames={NEW: OLD})
    edited = change(editing, changes={NEW: content("Zero\n" + TEXT)})
    back = revert_draft(caller=editing.caller, project_id=editing.project.id, version=1, reason="Back")

    def place(draft: Draft) -> tuple[str, object]:
        thread = Comment.objects.with_facts().get(pk=made.pk)
        (body,) = thread_bodies([thread], draft)
        assert body["target_field"] == OLD
        return body["field"], body["position"] and body["position"]["from_line"]

    assert [place(draft) for draft in (first, renamed, edited, back)] == [(OLD, 2), (NEW, 2), (NEW, 3), (OLD, 2)]
    assert margin_counts(project_id=editing.project.id, draft=edited)[NEW].lines == {3: 1}
    assert back.renamed == {OLD: NEW}


def test_a_new_file_under_the_old_name_has_no_old_comments(editing: Writer):
    change(editing, changes={OLD: content()})
    comment_on(editing, OLD, 1, 1)
    change(editing, renames={NEW: OLD})
    draft = change(editing, changes={OLD: content()})

    assert margin_counts(project_id=editing.project.id, draft=draft).keys() == {NEW}


def test_the_history_of_a_renamed_file_shows_its_versions_under_every_name(editing: Writer):
    project_id = editing.project.id
    change(editing, changes={OLD: content()})
    change(editing, changes={"files/other.md": content("Other\n")})
    change(editing, renames={NEW: OLD})
    change(editing, changes={NEW: content("More\n")})
    change(editing, changes={OLD: content("Another file\n")})

    def versions(name: str) -> list[int]:
        found = Draft.objects.of_project(project_id).filter(
            versions_that_changed(name, project_id=project_id, version=5)
        )
        return sorted(found.values_list("version_number", flat=True))

    assert versions(NEW) == [1, 3, 4]
    assert versions(OLD) == [5]
    assert Renames.of_project(project_id).name_in(1, NEW, of=5) == OLD
    assert Renames.of_project(project_id).name_in(5, OLD, of=5) == OLD


def test_the_history_of_a_file_with_many_names_asks_for_one_condition(editing: Writer):
    project_id = editing.project.id
    change(editing, changes={OLD: content()})
    for here, there in [(OLD, NEW), (NEW, OLD)] * 5:
        change(editing, renames={there: here})
    change(editing, changes={"files/other.md": content("Other\n")})
    change(editing, changes={OLD: content("More\n")})

    condition = versions_that_changed(OLD, project_id=project_id, version=13)

    found = Draft.objects.of_project(project_id).filter(condition)
    assert sorted(found.values_list("version_number", flat=True)) == [*range(1, 12), 13]
    assert len(condition) == 2, "it grows with the number of renames"


def test_versions_are_compared_across_a_rename_however_much_was_rewritten(editing: Writer):
    old = change(editing, changes={OLD: content()})
    change(editing, renames={NEW: OLD})
    new = change(editing, changes={NEW: content("Nothing of it is left.\n")})

    for base, target, renamed in ((old, new, (NEW, OLD)), (new, old, (OLD, NEW))):
        (found,) = compare_drafts(base, target).fields
        assert (found.field, found.change, found.source) == (renamed[0], "renamed", renamed[1])


def test_a_rename_is_undone_and_redone_whole(editing: Writer):
    caller, project_id = editing.caller, editing.project.id
    change(editing, changes={OLD: content()})
    change(editing, renames={NEW: OLD})

    undone = undo_draft(caller=caller, project_id=project_id)
    redone = redo_draft(caller=caller, project_id=project_id)

    assert (set(undone.fields), undone.renamed) == ({OLD}, {OLD: NEW})
    assert (set(redone.fields), redone.renamed) == ({NEW}, {NEW: OLD})


def test_a_rename_is_not_undone_by_half(editing: Writer, owning: Writer):
    change(editing, changes={OLD: content()})
    change(editing, renames={NEW: OLD})
    change(owning, changes={NEW: content("Theirs\n")})

    with pytest.raises(Conflict):
        undo_draft(caller=editing.caller, project_id=editing.project.id)


def test_the_lock_goes_along_when_a_rename_is_reverted(editing: Writer):
    change(editing, changes={OLD: content()})
    change(editing, renames={NEW: OLD})
    editing.take(NEW)

    revert_draft(caller=editing.caller, project_id=editing.project.id, version=1, reason="Back")

    (lease,) = Lease.objects.open().of_project(editing.project.id)
    assert (lease.field, lease.session_id) == (OLD, editing.session)
