"""What a person has read of the differences between versions."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from projects.models import Project


class ReadMark(models.Model):
    """One person has read how a field became another text. Private to them, and not a record: no event, no export.

    It names both texts by their hashes instead of two versions: so it counts for every pair of versions between which
    the field changed in this way, and no longer once the text is another one. An empty hash means no text.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=1100)
    old = models.CharField(max_length=64, blank=True)
    new = models.CharField(max_length=64, blank=True)
    read_at = models.DateTimeField()

    project_id: UUID
    user_id: UUID

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "project", "field", "old", "new"], name="drafts_read_once"),
        ]

    def __str__(self) -> str:
        return f"{self.field} read by {self.user_id}"
