"""The requests of runs to providers."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from blobs.models import Blob
from stages.runs.choices import Outcome
from stages.runs.models.experiments import MAX_DETAIL, Run
from stages.runs.models.profiles import ModelProfile

# Characters of the key of a case.
MAX_CASE_KEY: Final = 200


class Purpose(models.TextChoices):
    """What a call is for."""

    GENERATE = "generate", _("Answer")
    REPAIR = "repair", _("Repair")
    GRADE = "grade", _("Grade")
    REFLECT = "reflect", _("New text")


class Call(models.Model):
    """One request to a provider: on record before it is sent, and its answer when it has come.

    `request` is RFC 8785 `{v, provider, api, host, model, parameters, system, messages, tools, sdk}`, each text by its
    SHA-256; `response` the text that came, also a part of one; `tool_calls` RFC 8785 `[{id, name, arguments}]`. Never
    deleted; it ends once, which triggers enforce.

    In an evaluation it belongs to a cell: a case, and which repeat of it, from 1. The answer to a cell is graded once;
    `passed` is None after a grader broke. A cell that could not be asked has a call without a request, one whose answer
    was reused names the call that it was taken from.

    In a run that refines a text, `candidate` says which text was measured: 0 is the text of the source, others are
    those that were proposed. The call that proposes a text (`reflect`) has the number of that text.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="calls")
    number = models.PositiveIntegerField()
    attempt = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    profile = models.ForeignKey(ModelProfile, on_delete=models.PROTECT, related_name="+")
    case = models.CharField(max_length=MAX_CASE_KEY, blank=True, default="")
    repeat = models.PositiveSmallIntegerField(default=0)
    candidate = models.PositiveIntegerField(null=True)
    request = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    response = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    tool_calls = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True, default="")
    error = models.CharField(max_length=20, blank=True, default="")
    detail = models.CharField(max_length=MAX_DETAIL, blank=True, default="")
    finish_reason = models.CharField(max_length=40, blank=True, default="")
    model_reported = models.CharField(max_length=200, blank=True, default="")
    id_reported = models.CharField(max_length=200, blank=True, default="", help_text=_("The request, to the provider."))
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    cost = models.PositiveBigIntegerField(default=0, help_text=_("Millionths of the currency."))
    # What it can cost at most, reserved while it is under way; and the month in whose budget it counted at its end.
    worst_cost = models.PositiveBigIntegerField(default=0)
    month = models.CharField(max_length=7, blank=True, default="")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reused_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    grades = models.JSONField(null=True, help_text=_("A list of {grader, passed, score, reason, error}."))
    passed = models.BooleanField(null=True)
    score = models.PositiveIntegerField(null=True, help_text=_("Millionths."))

    run_id: UUID
    profile_id: UUID
    request_id: str | None
    response_id: str | None
    tool_calls_id: str | None
    reused_from_id: UUID | None

    class Meta:
        ordering: ClassVar[list[str]] = ["run", "number"]
        default_permissions = ("view",)
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["profile", "month"], name="runs_calls_of_month"),
            models.Index(fields=["run"], condition=Q(outcome=""), name="runs_open_calls"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "number"], name="runs_call_number_once"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="runs_call_purpose_known"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True, response__isnull=True)
                | Q(outcome__in=Outcome.values, ended_at__isnull=False),
                name="runs_call_ends_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(case="", repeat=0, grades__isnull=True)
                & (Q(reused_from__isnull=True) | Q(purpose=Purpose.REFLECT))
                | ~Q(case="") & Q(repeat__gte=1),
                name="runs_call_of_cell",
            ),
            models.CheckConstraint(
                condition=~Q(purpose=Purpose.REFLECT) | Q(case="", candidate__gte=1),
                name="runs_call_proposes_candidate",
            ),
            models.CheckConstraint(
                condition=Q(request__isnull=False) | ~Q(case="") & ~Q(error="") & Q(response__isnull=True),
                name="runs_call_without_request_failed",
            ),
            models.CheckConstraint(
                condition=Q(grades__isnull=True, passed__isnull=True, score__isnull=True)
                | Q(grades__isnull=False, response__isnull=False, error="", purpose=Purpose.GENERATE),
                name="runs_call_graded_is_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"call {self.number} of {self.run_id}"
