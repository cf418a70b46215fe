"""Who types under which client id in the shared texts of records."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models

from projects.models import Project
from stages.registers.models.derived import MAX_NAME


class TextWriter(models.Model):
    """A client id of Yjs that the server gave to one opening of one raw field; nobody else writes under it.

    An id is never given again: where a database comes back from a backup, what is typed then has other ids.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    client_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    entity = models.UUIDField()
    facet = models.CharField(max_length=MAX_NAME)
    field = models.CharField(max_length=MAX_NAME)
    opened_at = models.DateTimeField()

    project_id: UUID
    user_id: UUID

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "client_id"], name="registers_textwriter_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["opened_at"], name="registers_textwriter_by_age"),
        ]

    def __str__(self) -> str:
        return f"writer {self.client_id}"
