"""Adding, replacing, renaming and removing files as files: one version, under the locks of the moment."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from uuid import uuid4

import pytest

from blobs.models import sha256_of
from drafts.models import Draft
from drafts.services import revert_draft
from kernel.errors import ClientRefReused, Conflict, LockHeld, PermissionDenied, StaleBase, ValidationFailed
from locking.models import Lease, WorkingCopy
from locking.redis_locks import HeldLock, lock_key, read_many
from locking.working_copies import put_working_copy
from tests.drafts.filing import NEW, OLD, TEXT, change, content, newest_event
from tests.writers import Writer

pytestmark = pytest.mark.django_db


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
