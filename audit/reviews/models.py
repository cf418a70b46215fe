"""Reviews of the audit trail (EU Annex 11 §9; control c24)."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

MAX_FINDINGS: Final = 4000


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reading reviews."""

    def of_chain(self, chain: str) -> ReviewQuerySet:
        """The reviews of one chain, the newest first."""
        return self.filter(chain=chain).order_by("-reviewed_at")

    def touching(self, first: int, last: int) -> ReviewQuerySet:
        """Those that cover any event from `first` to `last`."""
        return self.filter(from_seq__lte=last, to_seq__gte=first)


class Review(models.Model):
    """An auditor's review of the events of a chain from `from_seq` to `to_seq`. Append-only.

    `from_hash` and `to_hash` are the hashes of these two events at the time of the review, so that a rewritten chain is
    detected. `findings` are the reviewer's, and may be empty. `fault` is what the verifier found in the range at that
    time, or empty.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chain = models.TextField(editable=False)
    from_seq = models.BigIntegerField(editable=False)
    to_seq = models.BigIntegerField(editable=False)
    from_hash = models.BinaryField(editable=False)
    to_hash = models.BinaryField(editable=False)
    findings = models.TextField(blank=True, editable=False)
    fault = models.TextField(blank=True, editable=False)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    reviewed_at = models.DateTimeField(editable=False)

    reviewer_id: UUID
    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-reviewed_at"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(from_seq__gte=1, to_seq__gte=F("from_seq")), name="audit_review_covers_events"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["chain", "-to_seq"], name="audit_review_chain")]

    def __str__(self) -> str:
        return f"review of {self.chain} from {self.from_seq} to {self.to_seq}"

    @property
    def is_without_findings(self) -> bool:
        return not self.findings and not self.fault

    def covers(self, seq: int) -> bool:
        return self.from_seq <= seq <= self.to_seq
