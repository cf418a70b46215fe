"""Files become attachments: the services, and what the database itself keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from blake3 import blake3
from django.db import DatabaseError, connection, transaction

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from audit.verification import verify
from blobs.models import Blob, Piece
from blobs.reading import read_blob
from drafts.attachments.models import Attachment, Upload
from drafts.attachments.services import (
    attach_file,
    remove_attachment,
    start_upload,
)
from drafts.comments.services import create_comment
from kernel.errors import (
    Conflict,
    DomainError,
    NotFound,
    PermissionDenied,
    ProjectFrozen,
    ReadOnlyToken,
    ValidationFailed,
)
from projects.models import Project
from projects.services import archive_project
from tests.drafts.attachments.files import MIB, attach, content, upload
from tests.drafts.conftest import Save

pytestmark = pytest.mark.django_db
CallerFor = Callable[..., Caller]


def findings() -> list[str]:
    return [f"{finding.where}: {finding.what}" for finding in verify().findings]


def test_a_file_in_pieces_reads_back_under_both_hashes(project: Project, rae: Caller) -> None:
    data = content(9 * MIB + 5)

    attachment = attach(rae, project, data, name="data.bin")

    assert attachment.blob_id == hashlib.sha256(data).hexdigest()
    assert attachment.blake3 == blake3(data).hexdigest()
    assert b"".join(read_blob(attachment.blob_id)) == data
    assert b"".join(read_blob(attachment.blob_id, 4 * MIB - 3, 8 * MIB + 2)) == data[4 * MIB - 3 : 8 * MIB + 2]
    assert Piece.objects.count() == 3
    assert findings() == []


@pytest.mark.parametrize("size", [0, 1, MIB])
def test_a_small_file_lies_in_its_own_row(project: Project, rae: Caller, size: int) -> None:
    data = content(size)

    attachment = attach(rae, project, data)

    blob = Blob.objects.get(pk=attachment.blob_id)
    assert (bytes(blob.data or b""), blob.pieces, blob.size) == (data, None, size)
    assert findings() == []


def test_the_event_says_what_was_attached_to_what(project: Project, rae: Caller) -> None:
    attachment = attach(rae, project, b"%PDF-1.7 \n", name="report.pdf")

    event = Event.objects.of_project(project.id).get(action="attachment.added")
    assert event.data == {
        "attachment_id": str(attachment.id),
        "name": "report.pdf",
        "size": 10,
        "sha256": attachment.blob_id,
        "blake3": attachment.blake3,
        "media_type": "application/pdf",
        "subject": {"type": "project", "id": str(project.id)},
    }
    assert attachment.created_at == event.at


def test_the_same_bytes_again_are_stored_once_and_uploaded_as_a_whole(
    project: Project, rae: Caller, django_capture_on_commit_callbacks: Any
) -> None:
    data = content(2 * MIB)
    with django_capture_on_commit_callbacks(execute=True):
        first = attach(rae, project, data)
        second = attach(rae, project, data, name="again.pdf")

    assert first.blob_id == second.blob_id
    assert Piece.objects.count() == 1
    assert b"".join(read_blob(second.blob_id)) == data
    assert Upload.objects.count() == 0
    assert findings() == []


def test_a_repeat_gets_the_first_attachment(project: Project, rae: Caller) -> None:
    again = replace(rae, client_ref=uuid4())
    made = upload(rae, project, b"once")
    facts: dict[str, Any] = {
        "project_id": project.id,
        "upload_id": made.id,
        "subject_type": "project",
        "subject_id": project.id,
    }

    answers = [attach_file(caller=again, name="a.txt", **facts) for _ in range(2)]

    assert answers[0].id == answers[1].id
    assert [answer.repeated for answer in answers] == [False, True]


def test_a_version_and_a_comment_take_files(
    project: Project, rae: Caller, editor: User, save: Save, caller_for: CallerFor
) -> None:
    draft = save("one\n")
    thread = create_comment(
        caller=rae, project_id=project.id, version=1, target_field="prompt_text", text="Look at this"
    )

    on_draft = attach(rae, project, b"a", subject_type="draft", subject_id=draft.id)
    on_comment = attach(rae, project, b"b", subject_type="comment", subject_id=thread.id)

    assert list(Attachment.objects.visible_to(rae.user)) == [on_draft, on_comment]
    with pytest.raises(PermissionDenied):
        attach(caller_for(editor), project, b"c", subject_type="comment", subject_id=thread.id)


def test_something_else_or_nothing_is_no_subject(project: Project, rae: Caller) -> None:
    with pytest.raises(NotFound):
        attach(rae, project, b"a", subject_type="draft", subject_id=uuid4())
    with pytest.raises(ValidationFailed):
        attach(rae, project, b"a", subject_type="moon", subject_id=uuid4())


@pytest.mark.parametrize("name", ["", "a/b", "..", '"><script>.html', "a\r\nX: y", "con.txt", "a\u202eb", "x" * 256])
def test_a_name_obeys_the_rules_of_paths(project: Project, rae: Caller, name: str) -> None:
    with pytest.raises(ValidationFailed):
        attach(rae, project, b"a", name=name)


def test_a_viewer_an_archived_project_and_a_reading_token_take_nothing(
    project: Project, owner: User, viewer: User, rae: Caller, caller_for: CallerFor
) -> None:
    def refused(caller: Caller) -> type[DomainError]:
        with pytest.raises(DomainError) as refusal:
            start_upload(caller=caller, project_id=project.id, size=1)
        return refusal.type

    assert refused(caller_for(viewer)) is PermissionDenied
    assert refused(replace(rae, is_read_only=True)) is ReadOnlyToken
    archive_project(caller=caller_for(owner), project_id=project.id)
    assert refused(rae) is ProjectFrozen


def test_a_removed_attachment_is_for_owners_and_auditors(
    project: Project, rae: Caller, owner: User, editor: User, caller_for: CallerFor
) -> None:
    attachment = attach(rae, project, content(2 * MIB))
    with pytest.raises(PermissionDenied):
        remove_attachment(caller=caller_for(editor), attachment_id=attachment.id, reason="Not mine")

    removed = remove_attachment(caller=caller_for(owner), attachment_id=attachment.id, reason="Has a patient's name")

    assert list(Attachment.objects.visible_to(rae.user)) == []
    with pytest.raises(NotFound):
        remove_attachment(caller=rae, attachment_id=attachment.id, reason="Again")
    with pytest.raises(Conflict):
        remove_attachment(caller=caller_for(owner), attachment_id=attachment.id, reason="Again")
    assert (removed.removed_by, removed.reason) == (owner, "Has a patient's name")
    assert b"".join(read_blob(attachment.blob_id)) == content(2 * MIB)
    assert findings() == []


REMOVALS = ("DELETE FROM drafts_attachment", "TRUNCATE drafts_attachment CASCADE", "TRUNCATE blobs_piece")
FLIP = "UPDATE blobs_piece SET data = set_byte(data, 0, 255 - get_byte(data, 0))"


@pytest.mark.parametrize("sql", [*REMOVALS, FLIP])
def test_c08_an_attachment_and_its_bytes_cannot_be_removed(project: Project, rae: Caller, sql: str) -> None:
    attach(rae, project, content(2 * MIB))
    with connection.cursor() as cursor:
        # Otherwise it waits for foreign keys of this transaction, and is refused for them.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE drafts_attachment SET name = 'other'",
        "UPDATE drafts_attachment SET blake3 = repeat('0', 64)",
        "DELETE FROM blobs_piece",
        "INSERT INTO blobs_piece (upload, start, size, data) SELECT upload, size, 1, 'x' FROM blobs_piece",
        "UPDATE blobs_blob SET pieces = NULL, data = 'x'",
        "INSERT INTO blobs_blob (sha256, size, pieces) SELECT repeat('0', 64), 2000000, gen_random_uuid()",
    ],
)
def test_c08_the_database_refuses_to_change_a_stored_file(project: Project, rae: Caller, sql: str) -> None:
    attach(rae, project, content(2 * MIB))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_removal_is_never_undone(project: Project, rae: Caller) -> None:
    attachment = attach(rae, project, b"a")
    remove_attachment(caller=rae, attachment_id=attachment.id, reason="Wrong file")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE drafts_attachment SET removed_at = NULL, removed_by_id = NULL, reason = ''")


def test_c02_a_flipped_byte_of_a_piece_is_found(project: Project, rae: Caller) -> None:
    attachment = attach(rae, project, content(9 * MIB))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE blobs_piece DISABLE TRIGGER USER")
        cursor.execute("UPDATE blobs_piece SET data = set_byte(data, 7, 255 - get_byte(data, 7)) WHERE start > 0")

    assert findings() == [
        f"blob {attachment.blob_id}: its content was changed: the hash does not fit",
        f"file {attachment.blob_id}: its BLAKE3 hash is another one",
    ]
