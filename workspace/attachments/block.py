"""The files on a subject, as a block on a page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Model

from accounts.models import User
from drafts.attachments.models import Attachment
from drafts.attachments.previews import PreviewState, preview_states
from drafts.attachments.services.attaching import refuse_subject
from drafts.attachments.subjects import find_subject, ids_together, refuse_at_replica
from kernel.errors import DomainError
from projects.access import Access
from projects.models import Status
from projects.permissions import allowed, may
from workspace.attachments.sizes import size_words


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """One file: what is known of it, its preview, and whether the reader may remove it."""

    attachment: Attachment
    preview: PreviewState
    may_remove: bool

    @property
    def size(self) -> str:
        return size_words(self.attachment.size)

    @property
    def icon(self) -> str:
        return "image" if self.attachment.media_type.startswith("image/") else "file-text"


@dataclass(frozen=True, slots=True)
class AttachmentBlock:
    """The files on one subject. `takes_pastes`: a paste anywhere on the page is meant for it.

    `refusal` says why nothing is attached to it (it is released, say), to those who otherwise may.
    """

    project_id: UUID
    subject_type: str
    subject_id: UUID
    rows: list[AttachmentRow]
    may_add: bool
    refusal: str = ""
    takes_pastes: bool = True

    @property
    def subject(self) -> str:
        return f"{self.subject_type}:{self.subject_id}"

    @property
    def limit(self) -> int:
        """Bytes of one file, at most."""
        return file_limit()

    @property
    def limit_words(self) -> str:
        return size_words(self.limit)


def file_limit() -> int:
    """Bytes of one file, at most."""
    limit: int = settings.FOUNDRY_FILE_LIMIT
    return limit


def block_of(
    access: Access, user: User, subject_type: str, subject_id: UUID, *, takes_pastes: bool = True
) -> AttachmentBlock:
    """The files on a subject that the reader sees. Raises `NotFound` for one that they do not see."""
    row = find_subject(user=user, project_id=access.project.id, subject_type=subject_type, subject_id=subject_id)
    may_add = may_attach(access)
    refusal = _refusal(access, user, subject_type, row) if may_add else ""
    found = Attachment.objects.filter(project=access.project, removed_at__isnull=True)
    ids = ids_together(access.project.id, subject_type, subject_id)
    found = found.filter(subject_type=subject_type, subject_id__in=ids).with_facts()
    return AttachmentBlock(
        access.project.id,
        subject_type,
        subject_id,
        rows_of(access, user, found),
        may_add and not refusal,
        refusal,
        takes_pastes,
    )


def _refusal(access: Access, user: User, subject_type: str, row: Model) -> str:
    try:
        refuse_at_replica(subject_type, access.project)
        refuse_subject(user, subject_type, row)
    except DomainError as refusal:
        return refusal.detail
    return ""


def rows_of_comments(access: Access, user: User, comments: Iterable[UUID]) -> dict[UUID, list[AttachmentRow]]:
    """The files on comments, by the comment's id; two queries."""
    found = Attachment.objects.filter(project=access.project, subject_type="comment", subject_id__in=list(comments))
    rows: dict[UUID, list[AttachmentRow]] = {}
    for row in rows_of(access, user, found.filter(removed_at__isnull=True).with_facts()):
        rows.setdefault(row.attachment.subject_id, []).append(row)
    return rows


def rows_of(access: Access, user: User, attachments: Iterable[Attachment]) -> list[AttachmentRow]:
    """The rows of attachments, with what the reader may do."""
    found = list(attachments)
    previews = preview_states(found)
    status = Status(access.project.status)
    removes = allowed("attachment.remove", role=access.role, status=status)
    removes_all = removes and may("attachment.remove_others", role=access.role)
    return [
        AttachmentRow(each, previews[each.blob_id], removes_all or (removes and each.created_by_id == user.id))
        for each in found
    ]


def may_attach(access: Access) -> bool:
    """Whether the reader may attach files in the project now."""
    return allowed("attachment.add", role=access.role, status=Status(access.project.status))
