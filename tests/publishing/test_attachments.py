"""Attached files in bundles, and on released versions (acceptance case 45)."""

from __future__ import annotations

import hashlib

import pytest

from drafts.attachments.models import Attachment
from drafts.attachments.services import remove_attachment
from drafts.draft import Draft
from kernel.errors import Conflict
from publishing.bundle.attachments_verifier import ATTACHMENTS_FILE, attachments_of
from publishing.bundle.verifier.reading import WrongError
from tests.drafts.attachments.files import MIB, attach, content
from tests.publishing.bundles import (
    Files,
    files_in,
    lines_of,
    project_bundle,
    release_bundle,
    resealed,
    said_of,
    spelled,
    wrong_with,
)
from tests.publishing.reviews import Review, caller_of

pytestmark = pytest.mark.django_db


def add(review: Review, data: bytes, name: str, *, to: Draft | None = None) -> Attachment:
    subject = {"subject_type": "draft", "subject_id": to.id} if to else {}
    return attach(caller_of(review.people["reviewer"]), review.project, data, name=name, **subject)


@pytest.fixture
def furnished(review: Review) -> Review:
    """A file of 3 MiB on v1, one on v2, one on the project, and one on the project that was removed."""
    first = Draft.objects.of_project(review.project.id)[0]
    add(review, content(3 * MIB), "data.bin", to=first)
    second = review.save("Second\n")
    add(review, b"%PDF-1.7 second", "second.pdf", to=second)
    add(review, b"of the project", "plan.txt")
    removed = add(review, b"a patient", "patient.txt")
    remove_attachment(caller=caller_of(review.people["owner"]), attachment_id=removed.id, reason="It names a patient")
    return review


def attached(files: Files) -> dict[str, bytes]:
    """The files of a bundle's attachments by the names under which they were attached."""
    found = {line["name"]: line["file"] for line in lines_of(files[ATTACHMENTS_FILE])}
    return {name: files[path] for name, path in found.items() if path is not None}


def test_c03_a_release_brings_the_files_of_its_version_and_of_the_project(furnished: Review) -> None:
    files = files_in(release_bundle(furnished.release()))

    assert attached(files) == {"second.pdf": b"%PDF-1.7 second", "plan.txt": b"of the project"}
    assert len(lines_of(files[ATTACHMENTS_FILE])) == 4
    assert wrong_with(files) is None


def test_c03_a_project_brings_all_but_what_was_removed_and_says_who_removed_it_and_why(furnished: Review) -> None:
    files = files_in(project_bundle(furnished))

    assert set(attached(files)) == {"data.bin", "second.pdf", "plan.txt"}
    assert attached(files)["data.bin"] == content(3 * MIB)
    (removed,) = (line for line in lines_of(files[ATTACHMENTS_FILE]) if line["removed"])
    assert (removed["name"], removed["removed"]["reason"]) == ("patient.txt", "It names a patient")
    assert removed["removed"]["by"]["id"] == str(furnished.people["owner"].id)
    assert b"a patient" not in files.values()
    notes = said_of(files)
    assert any("4 attachments, 3 files, 1 removed" in note for note in notes)
    assert any("patient.txt was removed by" in note and "It names a patient" in note for note in notes)


@pytest.mark.parametrize("seal_again", [False, True])
def test_c02_a_file_that_was_exchanged_or_taken_out_is_found(furnished: Review, seal_again: bool) -> None:
    files = files_in(release_bundle(furnished.release()))
    path = f"attachments/{hashlib.sha256(b'of the project').hexdigest()}"
    exchanged = {**files, path: b"of the projecT"}
    without = {name: data for name, data in files.items() if name != path}
    added = {**files, f"attachments/{'0' * 64}": b"x"}
    for forged in (exchanged, without, added):
        found = wrong_with(resealed(forged) if seal_again else forged)
        assert found is not None
        assert "attachments/" in found


def test_a_project_without_attachments_has_no_list_of_them(review: Review) -> None:
    files = files_in(release_bundle(review.release()))
    assert not [name for name in files if name.startswith("attachments/")]


def test_a_file_of_a_released_version_stays(furnished: Review) -> None:
    furnished.release()
    kept, free = (Attachment.objects.get(name=name) for name in ("second.pdf", "data.bin"))
    caller = caller_of(furnished.people["owner"])

    with pytest.raises(Conflict, match=r"1\.0\.0"):
        remove_attachment(caller=caller, attachment_id=kept.id, reason="Wrong file")

    assert remove_attachment(caller=caller, attachment_id=free.id, reason="Wrong file").is_removed


def test_a_file_that_the_project_had_at_a_release_stays(furnished: Review) -> None:
    kept = Attachment.objects.get(name="plan.txt")
    caller = caller_of(furnished.people["owner"])
    release = furnished.submit()
    with pytest.raises(Conflict, match=r"in review with this file\. Withdraw"):
        remove_attachment(caller=caller, attachment_id=kept.id, reason="Wrong file")
    furnished.withdraw(release)
    released = furnished.release()
    before = release_bundle(released)
    later = add(furnished, b"added after the release", "later.txt")

    with pytest.raises(Conflict, match=r"belongs to the release 1\.0\.0, and stays"):
        remove_attachment(caller=caller, attachment_id=kept.id, reason="Wrong file")

    assert remove_attachment(caller=caller, attachment_id=later.id, reason="Wrong file").is_removed
    assert release_bundle(released) == before


def test_c21_a_file_that_came_during_the_review_is_no_file_of_the_release(furnished: Review) -> None:
    release = furnished.submit()
    furnished.sign(release, "authored", "editor")
    late = add(furnished, b"added in review", "late.txt")
    caller = caller_of(furnished.people["owner"])
    furnished.sign(release, "reviewed", "reviewer")
    furnished.sign(release, "approved", "owner")
    data = release_bundle(release)
    files = files_in(data)

    assert set(attached(files)) == {"second.pdf", "plan.txt"}
    assert b"added in review" not in files.values()
    (line,) = (line for line in lines_of(files[ATTACHMENTS_FILE]) if line["name"] == "late.txt")
    assert (line["file"], line["removed"]) == (None, None)
    assert wrong_with(files) is None
    path = f"attachments/{hashlib.sha256(b'added in review').hexdigest()}"
    listed = [
        {**line, "file": path} if line["name"] == "late.txt" else line for line in lines_of(files[ATTACHMENTS_FILE])
    ]
    forged = {**files, path: b"added in review", ATTACHMENTS_FILE: spelled(listed)}
    assert wrong_with(resealed(forged)) is not None
    assert remove_attachment(caller=caller, attachment_id=late.id, reason="Wrong file").is_removed
    assert release_bundle(release) == data


def test_a_file_that_came_during_a_review_belongs_to_the_next_submission(furnished: Review) -> None:
    first = furnished.submit()
    late = add(furnished, b"added in review", "late.txt")
    furnished.withdraw(first)
    second = furnished.submit()

    assert "late.txt" in attached(files_in(release_bundle(second)))
    with pytest.raises(Conflict, match="in review with this file"):
        remove_attachment(caller=caller_of(furnished.people["owner"]), attachment_id=late.id, reason="Wrong file")


def test_a_version_that_is_signed_or_released_takes_no_file(furnished: Review) -> None:
    first, second = sorted(Draft.objects.of_project(furnished.project.id), key=lambda draft: draft.version_number)
    release = furnished.submit()
    with pytest.raises(Conflict, match=r"in review as 1\.0\.0.*Withdraw the release first"):
        add(furnished, b"late", "late.txt", to=second)
    furnished.withdraw(release)
    add(furnished, b"in time", "in time.txt", to=second)
    furnished.release()
    with pytest.raises(Conflict, match=r"released as 1\.0\.0.*Attach the file to the project"):
        add(furnished, b"late", "late.txt", to=second)
    assert add(furnished, b"on another", "other.txt", to=first).subject_id == first.id


def test_a_removal_without_an_addition_is_found() -> None:
    record = {"action": "attachment.removed", "target": {"id": "a"}, "data": {}, "reason": "r"}
    with pytest.raises(WrongError, match="the attachment a was removed, and never added"):
        attachments_of([(1, "2026-01-01T00:00:00Z", record)], release=None, draft=None)


def test_a_file_of_a_version_that_people_are_signing_stays(furnished: Review) -> None:
    release = furnished.submit()
    kept = Attachment.objects.get(name="second.pdf")
    caller = caller_of(furnished.people["owner"])
    with pytest.raises(Conflict):
        remove_attachment(caller=caller, attachment_id=kept.id, reason="Wrong file")
    furnished.withdraw(release)
    assert remove_attachment(caller=caller, attachment_id=kept.id, reason="Wrong file").is_removed
