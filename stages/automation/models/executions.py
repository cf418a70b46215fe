"""What is switched on here, what ran, and what is still to run."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from projects.models import Project
from proposals.models import Proposal
from stages.automation.choices import ENDED, Cause, ExecutionState, Kind
from stages.automation.models.packages import DIGEST

MAX_TITLE: Final = 200


class Switch(models.Model):
    """Whether a rule, script or view is on at this site, in exactly the text of this SHA-256; another text is off.

    `record` is its record in the registers, of a view `foreign.views.view_id`. `grants` are the capabilities that an
    owner gave to this text. A script is paused, `is_paused`, once who switched it on is no owner any more: what it
    watches waits until an owner does again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    record = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    is_on = models.BooleanField()
    grants = models.JSONField(default=list)
    is_paused = models.BooleanField(default=False, db_default=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    project_id: UUID
    changed_by_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "record"], name="automation_switch_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="automation_switch_kind_known"),
            models.CheckConstraint(condition=Q(sha256__regex=DIGEST), name="automation_switch_sha256_shape"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record}"


class Execution(models.Model):
    """One time that a script ran, in the text whose SHA-256 this is.

    `script` is its record, `name` its name then. `person` is who ran it, or the owner on whose behalf it ran on change.
    `changes` is what caused it. `fuel` counts instructions, `memory` the most bytes, `calls` and `writes` those of
    `core`; `log` is the SHA-256 of its text. The private `proposal` may be gone. Triggers let states only follow each
    other, and freeze what has ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    script = models.UUIDField()
    name = models.CharField(max_length=MAX_TITLE)
    sha256 = models.CharField(max_length=64)
    cause = models.CharField(max_length=6, choices=Cause.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    args = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    generation = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=9, choices=ExecutionState.choices, default=ExecutionState.QUEUED)
    code = models.CharField(max_length=40, blank=True, default="")
    error = models.TextField(blank=True, default="")
    line = models.PositiveIntegerField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    fuel = models.PositiveBigIntegerField(default=0)
    memory = models.PositiveBigIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)
    writes = models.PositiveIntegerField(default=0)
    log = models.CharField(max_length=64, blank=True, default="")
    # Without a constraint: a private proposal can be discarded, and what has ended never changes.
    proposal = models.ForeignKey(
        Proposal, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    project_id: UUID
    person_id: UUID
    proposal_id: UUID | None

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(sha256__regex=DIGEST), name="automation_execution_sha256_shape"),
            models.CheckConstraint(condition=Q(cause__in=Cause.values), name="automation_execution_cause_known"),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False)
                | Q(state__in=(ExecutionState.QUEUED, ExecutionState.RUNNING), ended_at__isnull=True),
                name="automation_execution_ended_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(proposal__isnull=True) | Q(state=ExecutionState.SUCCEEDED),
                name="automation_execution_proposal_of_success",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "script", "-id"], name="automation_execution_of_script"),
            models.Index(
                fields=["project", "id"],
                condition=Q(state__in=(ExecutionState.QUEUED, ExecutionState.RUNNING)),
                name="automation_execution_open",
            ),
        ]

    def __str__(self) -> str:
        return f"execution {self.id}"


class Due(models.Model):
    """Something that changed and that a script was not given yet.

    `record` is the script, `subject` what changed (`changes.subjects`). `first` is the value before the first change
    (`changes.values`), None where there was none; `since` is when that was, `changed_at` when it changed last.
    """

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    record = models.UUIDField()
    subject = models.TextField()
    first = models.JSONField(null=True)
    generation = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()
    changed_at = models.DateTimeField(db_default=Now())

    project_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "record", "subject"], name="automation_due_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} for {self.record}"
