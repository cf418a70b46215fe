"""An upload becomes an attachment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller, refuse_read_only
from accounts.models import User
from audit.services import Target
from blobs.jobs import queue_preview
from blobs.models import Blob
from blobs.reading import read_upload
from blobs.services import insert_file_sql, unavailable_without_storage
from drafts.attachments.hashing import Hashed, read_through
from drafts.attachments.models import Attachment, Upload
from drafts.attachments.services.uploading import clear_away, lock_upload, no_such_upload
from drafts.attachments.subjects import SUBJECTS, find_subject, refuse_at_replica
from drafts.fingerprints import fingerprint
from kernel.errors import Conflict
from kernel.registry import Registry
from projects.access import get_project
from projects.fields import check_file_name
from projects.models import Project
from projects.writing import ProjectWrite, project_write

# Called with the type and the id of a subject before a file is attached to it; raises a `DomainError` if it takes none.
ADDITION_CHECKS: Final = Registry[Callable[[str, UUID], None]]("check before a file is attached")

_INSERT: Final = """
INSERT INTO drafts_attachment (id, project_id, blob_id, blake3, subject_type, subject_id, name, media_type,
    created_at, created_by_id, removed_at, removed_by_id, reason)
SELECT %s, %s, %s, %s, %s, %s, %s, %s, event.at, %s, NULL, NULL, '' FROM event
"""


def attach_file(
    *, caller: Caller, project_id: UUID, upload_id: UUID, subject_type: str, subject_id: UUID, name: str
) -> Attachment:
    """Make a whole upload of the caller's own an attachment of something in the project, under a name.

    Its bytes are read once, through SHA-256 and BLAKE3, before the project is locked, and only if nothing else refuses
    it; nothing is left out because its hash is known. Raises `NotFound` for an upload or a subject that is not there,
    `Conflict` for an upload that is not whole, `ValidationFailed` for the name, and what the subject refuses.
    """
    asked = {"upload": str(upload_id), "subject": f"{subject_type}:{subject_id}", "name": fingerprint(name)}
    admit = partial(_admit, caller, subject_type, subject_id, name)
    hashed = _read(caller, project_id, upload_id, admit)
    with project_write(caller=caller, project_id=project_id, action="attachment.add", parameters=asked) as write:
        if write.repeat_of is not None:
            return _repeated(write)
        name = admit(write.project)
        if hashed is None:
            raise no_such_upload()
        upload = lock_upload(upload_id)
        attachment = Attachment(
            id=uuid7(),
            project=write.project,
            blob=Blob(sha256=hashed.sha256, size=hashed.size),
            blake3=hashed.blake3,
            subject_type=subject_type,
            subject_id=subject_id,
            name=name,
            media_type=hashed.media_type,
            created_by=caller.user,
        )
        _store(write, attachment, upload, hashed)
        queue_preview(sha256=attachment.blob_id, media_type=attachment.media_type)
        upload.ended_at = timezone.now()
        upload.save(update_fields=["ended_at"])
        # If it fails, the job does it.
        write.afterwards(clear_away, upload_id)
    return attachment


def _read(caller: Caller, project_id: UUID, upload_id: UUID, admit: Callable[[Project], object]) -> Hashed | None:
    """The hashes of the upload; None if it is over, as it is for a repeated request, which is then answered.

    A large file takes seconds, so whatever may refuse it is asked before, and again while the project is locked.
    """
    get_project(user=caller.user, project_id=project_id)
    upload = Upload.objects.under_way().filter(pk=upload_id, created_by=caller.user, project=project_id).first()
    if upload is None:
        return None
    refuse_read_only(caller)
    access = get_project(user=caller.user, project_id=project_id, action="attachment.add")
    admit(access.project)
    if not upload.is_whole:
        words = _("{received} of {size} bytes have arrived. Send the rest first.")
        raise Conflict(words.format(received=upload.received, size=upload.size), offset=upload.received)
    with unavailable_without_storage():
        return read_through(read_upload(upload_id))


def _admit(caller: Caller, subject_type: str, subject_id: UUID, name: str, project: Project) -> str:
    """The name as it is stored; raises what the name or the subject refuses."""
    name = check_file_name(name)
    row = find_subject(user=caller.user, project_id=project.id, subject_type=subject_type, subject_id=subject_id)
    refuse_at_replica(subject_type, project)
    refuse_subject(caller.user, subject_type, row)
    return name


def refuse_subject(user: User, subject_type: str, row: Model) -> None:
    """Raise why this user may not attach to a thing that they see; their permission `attachment.add` is not asked."""
    refuse = SUBJECTS[subject_type].refuse
    if refuse is not None:
        refuse(user, row)
    for refuse_file in ADDITION_CHECKS.values():
        refuse_file(subject_type, getattr(row, SUBJECTS[subject_type].key))


def _store(write: ProjectWrite, attachment: Attachment, upload: Upload, hashed: Hashed) -> None:
    if upload.size != hashed.size:
        raise Conflict(_("The upload could not be read as a whole. Upload the file again."))
    pieces = upload.id if hashed.data is None else None
    file = insert_file_sql(sha256=hashed.sha256, size=hashed.size, data=hashed.data, pieces=pieces)
    row: list[Any] = [
        attachment.id,
        attachment.project_id,
        attachment.blob_id,
        attachment.blake3,
        attachment.subject_type,
        attachment.subject_id,
        attachment.name,
        attachment.media_type,
        attachment.created_by_id,
    ]
    event = write.record(
        "attachment.added",
        Target.of("attachment", attachment.id),
        attachment.facts(),
        with_statements=[file, (_INSERT, row)],
    )
    attachment.created_at = event.at


def _repeated(write: ProjectWrite) -> Attachment:
    assert write.repeat_of is not None
    attachment = Attachment.objects.with_facts().get(pk=write.repeat_of.target_id)
    attachment.repeated = True
    return attachment
