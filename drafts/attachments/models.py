"""Uploads under way, and the attachments that they become."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User
from blobs.models import Blob
from drafts.attachments.subjects import SUBJECTS
from projects.models import Project

MAX_METADATA: Final = 2000
MAX_TYPE: Final = 30
# How long an upload may take, from its beginning.
UPLOAD_LIFETIME: Final = timedelta(hours=24)


class UploadQuerySet(models.QuerySet["Upload"]):
    """Reading uploads."""

    def under_way(self) -> UploadQuerySet:
        """Those that have neither ended nor expired, by the database's clock."""
        return self.filter(ended_at__isnull=True, expires_at__gt=Now())

    def over(self) -> UploadQuerySet:
        """Those that have ended or expired."""
        return self.filter(Q(ended_at__isnull=False) | Q(expires_at__lte=Now()))


class Upload(models.Model):
    """Bytes that a person sends for a project, piece by piece, until they are attached to something.

    Not a record: it is its person's own, and is removed with its pieces once it has ended or expired.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    size = models.PositiveIntegerField(help_text=_("Bytes of the whole file."))
    received = models.PositiveIntegerField(default=0, help_text=_("Bytes that have arrived."))
    metadata = models.CharField(max_length=MAX_METADATA, blank=True, default="", help_text=_("As the client sent it."))
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    project_id: UUID
    created_by_id: UUID
    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="drafts_upload_received_in_bounds"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "created_by"], name="drafts_upload_project"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_whole(self) -> bool:
        return self.received == self.size


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Reading attachments."""

    def visible_to(self, user: User, *, removed: bool = False) -> AttachmentQuerySet:
        """Those whose subject a reader of the project sees; with `removed`, also those that were removed."""
        seen = Q(pk__in=())
        for name, subject in SUBJECTS.items():
            seen |= Q(subject_type=name, subject_id__in=subject.rows(user).values(subject.key))
        return self.filter(seen) if removed else self.filter(seen, removed_at__isnull=True)

    def of_subject(self, subject_type: str, subject_id: UUID) -> AttachmentQuerySet:
        return self.filter(subject_type=subject_type, subject_id=subject_id)

    def with_facts(self) -> AttachmentQuerySet:
        """With the people and the size that readers get, and without the bytes."""
        return self.select_related("created_by", "removed_by", "blob").defer("blob__data")


class Attachment(models.Model):
    """A file on a subject: a project, a version, a comment, a proposal, or what an app above registers.

    It changes once: when it is removed, for a reason; its bytes and its row stay. A trigger enforces this.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="attachments")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    blake3 = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=MAX_TYPE)
    subject_id = models.UUIDField()
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=40, help_text=_("From a closed list, by the first bytes of the file."))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=1000, blank=True, default="", help_text=_("Why it was removed."))

    project_id: UUID
    blob_id: str
    created_by_id: UUID
    removed_by_id: UUID | None
    # True if this is returned for a repeated request with the same `client_ref`.
    repeated: bool = False
    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(blake3__regex=r"^[0-9a-f]{64}$"), name="drafts_attachment_blake3_shape"),
            models.CheckConstraint(condition=~Q(name=""), name="drafts_attachment_named"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, reason="")
                | Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(reason=""),
                name="drafts_attachment_removed_with_facts",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "subject_type", "subject_id"], name="drafts_attachment_subject"),
            models.Index(fields=["blake3"], name="drafts_attachment_blake3"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def size(self) -> int:
        """Bytes, with its blob at hand (`with_facts`)."""
        return self.blob.size

    @property
    def is_removed(self) -> bool:
        return self.removed_at is not None

    def facts(self) -> dict[str, Any]:
        """What its events say of it."""
        return {
            "attachment_id": str(self.id),
            "name": self.name,
            "size": self.size,
            "sha256": self.blob_id,
            "blake3": self.blake3,
            "media_type": self.media_type,
            "subject": {"type": self.subject_type, "id": str(self.subject_id)},
        }

    def body(self) -> dict[str, Any]:
        """The attachment as its readers get it, people and size at hand (`with_facts`)."""
        return {
            "id": self.id,
            "name": self.name,
            "size": self.size,
            "sha256": self.blob_id,
            "blake3": self.blake3,
            "media_type": self.media_type,
            "subject": {"type": self.subject_type, "id": self.subject_id},
            "created_at": self.created_at,
            "created_by": self.created_by.person(),
            "removed_at": self.removed_at,
            "removed_by": self.removed_by.person() if self.removed_by else None,
            "reason": self.reason,
        }
