"""Release notes: written at submission, changed until somebody signs, and covered by every signature."""

from __future__ import annotations

import html
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit.models import Event
from kernel.errors import Conflict, PermissionDenied, ValidationFailed
from publishing.models import MAX_NOTES, Release, ReleaseNotes
from publishing.verification import fault_of
from tests.publishing.bundles import files_in, lines_of, release_bundle, resealed, spelled, wrong_with
from tests.publishing.reviews import Review

pytestmark = pytest.mark.django_db

NOTES = "Answers name their source.\n\nWhy: finding 12 of the last inspection."


def notes_of(release: Release) -> str:
    notes = Release.objects.get(pk=release.id).notes
    return notes.text if notes else "no notes"


def test_notes_are_written_with_the_submission_and_recorded_by_their_hash(review: Review):
    release = review.submit(notes=f"  {NOTES}\n")

    event = Event.objects.of_project(review.project.id).get(action="release.notes_written")
    assert notes_of(release) == NOTES
    assert release.notes
    assert event.data["text_sha256"] == release.notes.sha256
    assert NOTES not in event.canonical


def test_a_release_without_notes_records_none(review: Review):
    release = review.submit(notes="  ")

    assert notes_of(release) == "no notes"
    assert not Event.objects.of_project(review.project.id).filter(action="release.notes_written").exists()


def test_an_editor_changes_the_notes_until_somebody_signs_and_earlier_ones_stay_on_record(review: Review):
    release = review.submit(notes="A first try")
    review.write_notes(release, NOTES, by="owner")
    review.write_notes(release, NOTES)

    revisions = ReleaseNotes.objects.filter(release=release)
    assert [(notes.revision, notes.text) for notes in revisions] == [(1, "A first try"), (2, NOTES)]

    review.sign(release, "authored", "editor")
    with pytest.raises(Conflict, match="has a signature, which covers the release notes"):
        review.write_notes(release, "Something else")
    assert notes_of(release) == NOTES


def test_notes_can_be_emptied_before_the_first_signature(review: Review):
    release = review.submit(notes=NOTES)

    review.write_notes(release, "")

    assert notes_of(release) == ""


@pytest.mark.parametrize("who", ["reviewer", "viewer"])
def test_others_than_editors_write_no_notes(review: Review, who: str):
    release = review.submit(notes=NOTES)

    with pytest.raises(PermissionDenied):
        review.write_notes(release, "Mine", by=who)


@pytest.mark.parametrize("notes", ["x" * (MAX_NOTES + 1), "Right \u202e to left"])
def test_notes_too_long_or_with_invisible_characters_submit_nothing(review: Review, notes: str):
    with pytest.raises(ValidationFailed) as refused:
        review.submit(notes=notes)

    assert list(refused.value.errors) == ["notes"]
    assert not Release.objects.filter(project=review.project).exists()


def test_c12_a_signature_covers_the_notes(review: Review):
    release = review.release(notes=NOTES)

    notes = Release.objects.get(pk=release.id).notes
    assert notes
    assert {each.statement["notes"] for each in release.signatures.all()} == {notes.sha256}
    assert fault_of(release) is None


def test_c12_nobody_signs_notes_that_changed_after_they_read_them(review: Review):
    release = review.submit(notes="Harmless")
    assert release.notes
    read = release.notes.sha256
    review.write_notes(release, NOTES)

    for seen in (read, ""):
        with pytest.raises(Conflict, match="release notes have changed"):
            review.sign(release, "reviewed", "reviewer", notes=seen)
    assert not release.signatures.exists()
    review.sign(release, "reviewed", "reviewer", notes=ReleaseNotes.objects.get(revision=2).sha256)


def test_c12_a_signature_that_does_not_name_the_notes_of_a_release_is_refused(review: Review):
    release = review.submit(notes=NOTES)

    with pytest.raises(ValidationFailed, match="The release has notes") as refused:
        review.sign(release, "reviewed", "reviewer", notes=None)

    assert list(refused.value.errors) == ["notes"]
    assert not release.signatures.exists()


def test_c08_the_database_refuses_to_change_notes_or_to_add_some_after_a_signature(review: Review):
    release = review.submit(notes=NOTES)
    review.sign(release, "authored", "editor")

    more = (
        "INSERT INTO publishing_releasenotes SELECT gen_random_uuid(), 2, 'Other', now(), author_id, project_id, "
        "release_id FROM publishing_releasenotes"
    )
    for statement in (
        "UPDATE publishing_releasenotes SET text = 'Other'",
        "DELETE FROM publishing_releasenotes",
        "TRUNCATE publishing_releasenotes",
        more,
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert notes_of(release) == NOTES


@pytest.mark.parametrize("statement", ["UPDATE {} SET text = 'Nothing changed'", "DELETE FROM {}"])
def test_c02_falsified_notes_are_found_by_the_page_and_by_the_verification(review: Review, statement: str):
    release = review.release(notes=NOTES)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE publishing_releasenotes DISABLE TRIGGER USER")
        cursor.execute(statement.format("publishing_releasenotes"))

    assert fault_of(Release.objects.with_people().get(pk=release.id)) is not None
    with pytest.raises(CommandError, match="Broken"):
        call_command("verify_audit")


def test_c20_bundle_and_report_show_the_notes_and_what_was_signed(review: Review):
    files = files_in(release_bundle(review.release(notes=NOTES)))

    (line,) = lines_of(files["releases.jsonl"])
    report = files["report.html"].decode()
    assert line["notes"]["text"] == NOTES
    assert NOTES in report
    for signature in lines_of(files["signatures.jsonl"]):
        assert json.loads(signature["statement"])["notes"] == line["notes"]["sha256"]
        assert html.escape(signature["statement"]) in report
    assert wrong_with(files) is None


def test_c02_other_notes_in_a_bundle_are_found_whoever_sealed_it(review: Review):
    files = files_in(release_bundle(review.release(notes=NOTES)))
    (line,) = lines_of(files["releases.jsonl"])
    line["notes"]["text"] = "Nothing changed"

    found = wrong_with(resealed({**files, "releases.jsonl": spelled([line])}))

    assert found == "releases.jsonl, line 1: its notes are other ones (text)"
