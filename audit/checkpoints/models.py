"""What a checkpoint is, as it is kept."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.keys.models import SiteKey
from kernel.ijson import parse


class Checkpoint(models.Model):
    """One sealed statement of the newest event of each chain. Append-only.

    `text` (RFC 8785) names `type`, `v`, `site`, `key`, `number`, `at`, `previous` (SHA-256 of the text before; null for
    the first), `keys` (the fingerprints of the site's keys up to then, the oldest first; the earliest checkpoints have
    none) and `heads`: sorted, for every chain, SHA-256 of RFC 8785 `{chain, seq, hash}`.
    """

    number = models.BigIntegerField(primary_key=True, editable=False)
    text = models.TextField(editable=False)
    key = models.ForeignKey(SiteKey, on_delete=models.PROTECT, related_name="+", editable=False)
    signature = models.BinaryField(editable=False)
    made_at = models.DateTimeField(editable=False)

    key_id: str

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(number__gte=1), name="audit_checkpoint_from_1"),
        ]

    def __str__(self) -> str:
        return f"checkpoint {self.number}"

    @property
    def sha256(self) -> str:
        """What the next checkpoint and the log name it by."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def statement(self) -> dict[str, Any]:
        """The parsed text."""
        statement = parse(self.text)
        assert isinstance(statement, dict)
        return statement


class Timestamp(models.Model):
    """What an outside authority answered about a checkpoint's text (RFC 3161), byte for byte. Append-only."""

    checkpoint = models.OneToOneField(Checkpoint, on_delete=models.PROTECT, primary_key=True, related_name="timestamp")
    authority = models.URLField(editable=False)
    answer = models.BinaryField(editable=False)
    stamped_at = models.DateTimeField(editable=False, help_text=_("The authority's clock."))

    checkpoint_id: int

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"time stamp of {self.checkpoint_id}"
