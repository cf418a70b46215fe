"""What a rename takes along: comments, history, comparisons, locks, the project's file; and how it is undone."""

from __future__ import annotations

import io

import pytest

from audit.verification import verify
from drafts.comments.models import Comment
from drafts.comments.reading import margin_counts, thread_bodies
from drafts.comments.services import create_comment
from drafts.compare.versions import compare_drafts
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from drafts.models import Draft
from drafts.renames import Renames, versions_that_changed
from drafts.services import redo_draft, revert_draft, undo_draft
from kernel.errors import Conflict
from locking.models import Lease
from tests.drafts.filing import NEW, OLD, TEXT, change, content
from tests.writers import Writer

pytestmark = pytest.mark.django_db


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
