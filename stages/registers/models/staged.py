"""What somebody has staged: payloads that nobody else sees until they are committed."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from projects.models import Project

MAX_NAME = 100


class Overlay(models.Model):
    """Payloads of one person in one project; at most one of a person's overlays is active there.

    `steps` are lists of payloads, one list for each act; `undone` are steps that were taken back, the next one to do
    again last. `bases` maps raw fields, as `entity|facet|field`, to the ids of the operations whose values were there
    when the field was first staged.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=MAX_NAME)
    is_active = models.BooleanField()
    steps = models.JSONField(default=list)
    undone = models.JSONField(default=list)
    bases = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    project_id: UUID
    person_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "person"], condition=Q(is_active=True), name="registers_overlay_one_active"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "person"], name="registers_overlay_of_person"),
        ]

    def __str__(self) -> str:
        return f"overlay {self.name}"
