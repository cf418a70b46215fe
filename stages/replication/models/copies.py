"""The copied record of home: its events, and the checkpoints by which it vouches for them. Append-only."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models

from projects.models import Project


class CopiedEvent(models.Model):
    """An event of the project's chain at its home, as it is there.

    `site` is the id of the site that recorded it. A trigger refuses one whose hash, link or number is wrong.
    """

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    site = models.UUIDField()
    chain = models.TextField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    canonical = models.TextField()
    prev_hash = models.BinaryField()
    hash = models.BinaryField()

    project_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["project", "seq"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "seq"], name="replication_copiedevent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}"


class CopiedCheckpoint(models.Model):
    """A statement that home sealed with the key `site_key` (32 bytes): up to `seq` the chain is what it recorded."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    seq = models.BigIntegerField()
    hash = models.BinaryField()
    site_key = models.BinaryField()
    text = models.TextField()
    signature = models.BinaryField()
    received_at = models.DateTimeField()

    project_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["project", "seq"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "seq", "site_key"], name="replication_copiedcheckpoint_once"),
        ]

    def __str__(self) -> str:
        return f"checkpoint {self.seq}"
