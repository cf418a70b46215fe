"""Notes take files, and keep them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from drafts.attachments.models import Attachment
from drafts.attachments.subjects import Subject
from kernel.errors import Conflict
from tests.sample_stage.models import Note

NOTE: Final = Subject(rows=lambda user: Note.objects.all())


def refuse_for_closed_notes(subject_type: str, subject_id: UUID) -> None:
    if subject_type == "note" and Note.objects.filter(pk=subject_id, text__startswith="Closed").exists():
        raise Conflict("A closed note takes no files.")


def keep_files_of_notes(attachment: Attachment) -> None:
    if attachment.subject_type == "note":
        raise Conflict("A note keeps its files.")
