"""What the calls of a project, or with a profile, may do and cost, and what they do and cost at the moment."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from projects.models import Project
from stages.runs.models.profiles import ModelProfile

# Millionths of the currency: a billion of it.
MAX_MONTHLY_LIMIT: Final = 10**15
MAX_CALLS: Final = 100_000
# What a person sets; the others count.
LIMITS: Final = ("monthly_limit", "max_open_calls", "calls_per_minute")
MONTH_PATTERN: Final = r"^[0-9]{4}-[0-9]{2}$"


class Meter(models.Model):
    """Limits and their counters, of a project or of a profile; None is no limit. Money is in millionths.

    `spent` is what ended in `month` (UTC), `reserved` what calls under way can cost at most. `bucket` is how many calls
    could begin at once at `filled_at`: it fills by `calls_per_minute`, up to as many. Made with the first call or
    limit, and kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.OneToOneField(Project, on_delete=models.PROTECT, null=True, related_name="+")
    profile = models.OneToOneField(ModelProfile, on_delete=models.PROTECT, null=True, related_name="+")
    monthly_limit = models.PositiveBigIntegerField(null=True)
    max_open_calls = models.PositiveIntegerField(null=True, help_text=_("Calls under way at once."))
    calls_per_minute = models.PositiveIntegerField(null=True)
    month = models.CharField(max_length=7)
    spent = models.PositiveBigIntegerField(default=0)
    reserved = models.PositiveBigIntegerField(default=0)
    open_calls = models.PositiveIntegerField(default=0)
    bucket = models.FloatField(default=0)
    filled_at = models.DateTimeField()

    project_id: UUID | None
    profile_id: UUID | None
    # True if this is returned for a repeated request with the same `client_ref`.
    repeated: bool = False

    class Meta:
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(project__isnull=True, profile__isnull=False)
                | Q(project__isnull=False, profile__isnull=True),
                name="runs_meter_of_one",
            ),
            models.CheckConstraint(condition=Q(month__regex=MONTH_PATTERN), name="runs_meter_month_shape"),
            models.CheckConstraint(
                condition=Q(monthly_limit__isnull=True) | Q(monthly_limit__lte=MAX_MONTHLY_LIMIT),
                name="runs_meter_limit",
            ),
            models.CheckConstraint(condition=~Q(open_calls=0) | Q(reserved=0), name="runs_meter_reserved_by_calls"),
        ]

    def turn_month(self, month: str) -> None:
        """Turn to a later month, which has spent nothing; what is under way counts in the month in which it ends."""
        if month > self.month:
            self.month, self.spent = month, 0

    def __str__(self) -> str:
        return f"meter of {self.project_id or self.profile_id}"
