"""The tables of the sample stage."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from projects.models import Project

MAX_TEXT = 200


class Note(models.Model):
    """A remark on a project. A trigger refuses every change and removal."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=MAX_TEXT)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    project_id: UUID
    objects: ClassVar[models.Manager[Note]] = models.Manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.text


class NoteSecret(models.Model):
    """The secret of a project's notes, encrypted for this row."""

    project = models.OneToOneField(Project, on_delete=models.PROTECT, primary_key=True, related_name="+")
    token = models.BinaryField()

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"secret of {self.pk}"
