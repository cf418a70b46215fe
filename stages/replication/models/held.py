"""Bundles that wait outside the state."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from projects.models import Project
from stages.replication.choices import Decision, HeldReason


class HeldBundle(models.Model):
    """A bundle that this site has not accepted, with its reason, until the reason is gone or a person decides.

    `text` is RFC 8785 of `{header, operations: [{text, signature}]}` as it came, and `hash` that of the bundle, or the
    SHA-256 of `text` where it cannot be read as one; then `number` may be null. `site_key` is the header's (of the
    sender where there is none), `sender` the key of the site that sent it. `until_hlc` is the HLC whose time has to
    come (`future`). `detail` says in one sentence what is wrong. A discarded one stays, so that it is not held again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    site_key = models.BinaryField()
    number = models.PositiveIntegerField(null=True)
    hash = models.BinaryField()
    text = models.TextField()
    count = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=16, choices=HeldReason.choices)
    detail = models.TextField(blank=True)
    until_hlc = models.BinaryField(null=True)
    sender = models.BinaryField()
    since = models.DateTimeField()
    decision = models.CharField(max_length=12, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    project_id: UUID
    decided_by_id: UUID | None

    class Meta:
        ordering: ClassVar[list[str]] = ["since", "id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "hash"], name="replication_held_once"),
            models.CheckConstraint(condition=Q(reason__in=HeldReason.values), name="replication_held_reason_known"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True)
                | Q(decision__in=Decision.values, decided_at__isnull=False),
                name="replication_held_decided_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["project", "site_key", "number"], condition=Q(decision=""), name="replication_held_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"held bundle {bytes(self.hash).hex()[:16]}"
