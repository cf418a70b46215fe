"""The life of a release, and of its project."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit.checkpoints.heads import Head
from audit.checkpoints.models import Checkpoint
from audit.models import Event
from kernel.errors import Conflict, NotFound, PermissionDenied, ProjectFrozen, ValidationFailed
from locking.models import Lease, WorkingCopy
from locking.working_copies import put_working_copy
from projects.services import archive_project, reopen_project
from publishing.models import Release, Signature
from publishing.services import submit_release
from publishing.versions import suggested_name
from tests.publishing.reviews import Review, caller_of
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def test_three_signatures_release_it_and_freeze_the_project(review: Review):
    release = review.release()

    assert release.state == "released"
    assert review.status() == "frozen"
    actions = [event.action for event in Event.objects.of_project(review.project.id)][-3:]
    assert actions == ["release.signed", "project.frozen", "release.released"]
    call_command("verify_audit")


def test_a_release_makes_a_checkpoint_that_covers_it(review: Review):
    before = Checkpoint.objects.count()
    release = review.release()

    assert Checkpoint.objects.count() == before + 1
    ended = Event.objects.of_project(review.project.id).latest("seq")
    assert ended.target_id == str(release.id)
    head = Head(str(review.project.id), ended.seq, bytes(ended.hash).hex())
    assert head.digest in Checkpoint.objects.latest("number").statement["heads"]


def test_submitting_ends_every_lock_and_keeps_what_was_not_saved(review: Review):
    lock = review.writer.take("files/notes.md")
    put_working_copy(
        caller=review.writer.caller,
        project_id=review.project.id,
        session_id=review.writer.session,
        field="files/notes.md",
        token=lock.token,
        revision=1,
        content="unsaved",
    )

    review.submit()

    lease = Lease.objects.get(pk=lock.lease_id)
    assert lease.end_reason == "frozen"
    assert WorkingCopy.objects.get(lease=lease).content == "unsaved"
    assert review.status() == "in_review"
    with pytest.raises(ProjectFrozen):
        review.writer.take("files/notes.md")


def test_archiving_ends_every_lock_too(review: Review):
    lock = review.writer.take("files/notes.md")

    archive_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)

    assert Lease.objects.get(pk=lock.lease_id).end_reason == "frozen"


@pytest.mark.parametrize(("act", "state"), [("reject", "rejected"), ("withdraw", "withdrawn")])
def test_c19_a_review_ends_early_with_a_reason_only(review: Review, act: str, state: str):
    release = review.submit()
    with pytest.raises(ValidationFailed):
        getattr(review, act)(release, " ")

    ended = getattr(review, act)(release, "Section 3 is missing")

    assert (ended.state, ended.reason, review.status()) == (state, "Section 3 is missing", "open")
    assert Event.objects.get(target_id=str(release.id), action=f"release.{state}").record["reason"] == ended.reason
    call_command("verify_audit")


def test_c21_nothing_signed_carries_over_to_another_submission(review: Review):
    first = review.submit()
    review.sign(first, "authored", "editor")
    review.sign(first, "reviewed", "reviewer")
    review.withdraw(first)
    review.save("# Role\nBe exact, and short.\n")

    second = review.submit("1.0.0")
    review.sign(second, "approved", "owner")

    assert Release.objects.get(pk=second.id).state == "in_review"
    assert Signature.objects.filter(release=second).count() == 1


def test_the_authors_are_all_who_saved_since_the_last_release(review: Review):
    review.release()
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)
    review.writer = Writer(caller_of(review.people["owner"]), review.project)
    review.save("# Role\nThe owner's words.\n")

    second = review.submit("1.1.0")

    assert second.authors == [review.people["owner"].id]


def test_releasing_a_version_again_has_the_same_authors(review: Review):
    first = review.release()
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)

    assert review.submit("1.0.1").authors == first.authors


def test_a_name_is_used_once_ignoring_case_unless_its_release_fell_through(review: Review):
    fallen = review.submit("Spring")
    review.reject(fallen)
    review.release("Spring")
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)

    with pytest.raises(Conflict):
        review.submit("SPRING")


@pytest.mark.parametrize("version", [0, 2, 99])
def test_only_a_version_that_exists_is_submitted(review: Review, version: int):
    caller = caller_of(review.people["editor"])

    with pytest.raises(NotFound):
        submit_release(caller=caller, project_id=review.project.id, name="1.0.0", version=version)


def test_the_repeat_of_a_submission_is_answered_with_the_first(review: Review):
    ref = uuid4()
    first = review.submit(client_ref=ref)
    again = review.submit(client_ref=ref)

    assert again.id == first.id
    assert again.repeated


def test_the_suggested_name_follows_what_changed(review: Review):
    project_id = review.project.id
    draft = review.project.drafts.get(version_number=1)
    assert suggested_name(project_id, draft) == "1.0.0"
    review.release("2.3.4")
    reopen_project(caller=caller_of(review.people["owner"]), project_id=project_id)

    assert suggested_name(project_id, review.save("Shorter.\n")) == "2.3.5"
    assert suggested_name(project_id, review.save("Shorter.\n", **{"files/a.md": {"content": "a"}})) == "2.4.0"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("1.0", "1.0.1"), ("v2.3 for sites in Europe", "2.3.1"), ("3.1.4-final", "3.1.5"), ("2026.10.01", "1.0.0")],
)
def test_the_suggested_name_counts_from_the_number_that_a_name_begins_with(review: Review, name: str, expected: str):
    review.release(name)
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)

    assert suggested_name(review.project.id, review.save("Shorter.\n")) == expected


@pytest.mark.parametrize(
    ("act", "by"), [("submit", "reviewer"), ("withdraw", "reviewer"), ("reject", "viewer"), ("submit", "viewer")]
)
def test_a_role_that_is_too_small_is_refused(review: Review, act: str, by: str):
    if act == "submit":
        with pytest.raises(PermissionDenied):
            review.submit(by=by)
    else:
        release = review.submit()
        with pytest.raises(PermissionDenied):
            getattr(review, act)(release, by=by)


def test_outsiders_are_told_nothing(review: Review, outsider):
    release = review.submit()
    review.people["outsider"] = outsider
    for act in (review.reject, review.withdraw):
        with pytest.raises(NotFound, match="Release not found"):
            act(release, by="outsider")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE publishing_release SET name = '9.9.9'",
        "UPDATE publishing_release SET state = 'in_review', ended_at = NULL, ended_by_id = NULL",
        "UPDATE publishing_release SET rules = '{}'",
        "UPDATE publishing_signature SET meaning = 'reviewed'",
        "DELETE FROM publishing_signature",
        "DELETE FROM publishing_release",
        "DELETE FROM publishing_policy",
        "TRUNCATE publishing_release CASCADE",
        "TRUNCATE publishing_signature",
    ],
)
def test_c08_released_rows_and_signatures_cannot_be_changed(review: Review, statement: str):
    review.require(open_tasks="block")
    review.release()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="change"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
