"""The copied record of home: its events, the checkpoints by which it vouches for them, and contents that they name.

Events and checkpoints are append-only. Contents lie in `blobs`.
"""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast

from audit.keys.text import fingerprint_of
from blobs.models import Blob
from kernel.ijson import parse
from projects.models import Project
from stages.replication.choices import ContentKind


class CopiedEvent(models.Model):
    """An event of the project's chain at its home, as it is there.

    `site` is the id of the site that recorded it. A trigger refuses one whose hash, link or number is wrong. `action`
    is what `canonical` says it is.
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
    action = models.GeneratedField(
        expression=Func(
            Cast(F("canonical"), models.JSONField()),
            Value("action"),
            function="jsonb_extract_path_text",
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    project_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["project", "seq"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "seq"], name="replication_copiedevent_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "action", "seq"], name="replication_copied_action"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}"

    @property
    def record(self) -> dict[str, Any]:
        """The fact itself: the parsed canonical text."""
        record = parse(self.canonical, max_depth=200)
        assert isinstance(record, dict)
        return record


class CopiedCheckpoint(models.Model):
    """A statement that home sealed with the key `site_key` (32 bytes): up to `seq` the chain is what it recorded.

    `text` is the checkpoint `number` of home (`audit.checkpoints`); one of its `heads` is the digest of event `seq`,
    whose hash is `hash`.
    """

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.BigIntegerField()
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
            models.UniqueConstraint(fields=["project", "seq"], name="replication_copiedcheckpoint_once"),
        ]

    def __str__(self) -> str:
        return f"checkpoint {self.number}"

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key that sealed it."""
        return fingerprint_of(bytes(self.site_key))

    @property
    def made_at(self) -> str:
        """When home made it, as its text says."""
        statement = parse(self.text)
        assert isinstance(statement, dict)
        return str(statement["at"])


class WantedContent(models.Model):
    """A content that somebody has asked for, by its hash: a text of home's record, or the file of a record.

    `kind` says which hash `hash` is: SHA-256 of a text that a copied event names, BLAKE3 of a file that an accepted
    operation names. A file comes piece by piece, as an `upload` of Foundry. Once it is here it has its `blob`, whose
    hash was compared before. No record: the event or operation says what it is, and its hash proves the bytes.
    """

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=6, choices=ContentKind.choices)
    hash = models.CharField(max_length=64)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    upload = models.UUIDField(null=True)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")

    project_id: UUID
    asked_by_id: UUID | None
    blob_id: str | None

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "kind", "hash"], name="replication_wanted_once"),
            models.CheckConstraint(condition=Q(kind__in=ContentKind.values), name="replication_wanted_kind_known"),
            models.CheckConstraint(condition=Q(hash__regex=r"^[0-9a-f]{64}$"), name="replication_wanted_hash_shape"),
            models.CheckConstraint(
                condition=Q(kept_at__isnull=True, blob__isnull=True) | Q(kept_at__isnull=False, blob__isnull=False),
                name="replication_wanted_kept_with_blob",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project"], condition=Q(blob__isnull=True), name="replication_wanted_missing"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.hash[:16]}"
