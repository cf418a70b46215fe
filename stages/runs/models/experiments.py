"""One question to several models: the experiment, its messages, and a run for each model."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User
from blobs.models import Blob
from projects.fields import MAX_PATH_BYTES
from projects.models import Project
from stages.runs.choices import MessageRole
from stages.runs.models.profiles import ModelProfile
from stages.runs.models.repositories import COMMIT_PATTERN, Repository

MAX_TITLE: Final = 200
MAX_DETAIL: Final = 500
MAX_SUMMARY: Final = 500
# Characters of one line of the console: at most 16 KiB of UTF-8.
MAX_LOG_TEXT: Final = 4096


class ExperimentKind(models.TextChoices):
    """What an experiment is for."""

    TRY = "try", _("Try")
    CHANGE = "change", _("Change")
    EVALUATE = "evaluate", _("Evaluation")
    REFINE = "refine", _("Refine")


# Kinds that ask the cases of a suite.
MEASURING: Final = (ExperimentKind.EVALUATE, ExperimentKind.REFINE)
# Kinds whose runs make a patch.
PATCHING: Final = (ExperimentKind.CHANGE, ExperimentKind.REFINE)


class ExperimentState(models.TextChoices):
    """Whether an experiment is worked on."""

    OPEN = "open", _("Open")
    ARCHIVED = "archived", _("Archived")


class RunStatus(models.TextChoices):
    """The state of a run; the last three are final."""

    QUEUED = "QUEUED", _("Waiting")
    RUNNING = "RUNNING", _("Answering")
    SUCCEEDED = "SUCCEEDED", _("Answered")
    FAILED = "FAILED", _("Failed")
    CANCELED = "CANCELED", _("Stopped")


UNENDED: Final = (RunStatus.QUEUED, RunStatus.RUNNING)
ENDED: Final = (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELED)


class LogKind(models.TextChoices):
    """What a line of the console is."""

    STEP = "step", _("Step")
    TEXT = "text", _("Text")
    WARNING = "warning", _("Warning")


class Experiment(models.Model):
    """One question with its source: a version of the project, with what somebody had typed and not saved, or a commit.

    `unsaved` maps fields to the SHA-256 of their texts; `commit` is one of `repository`. An evaluation has the path of
    its suite, and the SHA-256 of that file in the version; an experiment that refines has these, too, and in
    `refinement` how it does (`stages.runs.refinement.settings`). Kind, project, source, suite and refinement never
    change; triggers enforce it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=ExperimentKind.choices)
    title = models.CharField(max_length=MAX_TITLE)
    state = models.CharField(max_length=8, choices=ExperimentState.choices, default=ExperimentState.OPEN)
    version = models.PositiveIntegerField(null=True)
    content_hash = models.CharField(max_length=64, blank=True, default="")
    unsaved = models.JSONField(default=dict)
    repository = models.ForeignKey(Repository, on_delete=models.PROTECT, null=True, related_name="+")
    commit = models.CharField(max_length=64, blank=True, default="")
    suite = models.CharField(max_length=MAX_PATH_BYTES, blank=True, default="")
    suite_sha256 = models.CharField(max_length=64, blank=True, default="")
    refinement = models.JSONField(null=True, help_text=_("{field, models, max_calls, held_out}, held out in percent."))
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()

    project_id: UUID
    created_by_id: UUID
    repository_id: UUID | None
    # True if this is returned for a repeated request with the same `client_ref`.
    repeated: bool = False

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(kind__in=ExperimentKind.values), name="runs_experiment_kind_known"),
            models.CheckConstraint(condition=Q(state__in=ExperimentState.values), name="runs_experiment_state_known"),
            models.CheckConstraint(condition=~Q(title=""), name="runs_experiment_titled"),
            models.CheckConstraint(
                condition=Q(version__isnull=False, repository__isnull=True, commit="") & ~Q(content_hash="")
                | Q(version__isnull=True, content_hash="", unsaved={}, repository__isnull=False, kind="change")
                & Q(commit__regex=COMMIT_PATTERN),
                name="runs_experiment_one_source",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MEASURING) & ~Q(suite="") & Q(suite_sha256__regex=r"^[0-9a-f]{64}$")
                | ~Q(kind__in=MEASURING) & Q(suite="", suite_sha256=""),
                name="runs_experiment_evaluates_suite",
            ),
            models.CheckConstraint(
                condition=Q(kind=ExperimentKind.REFINE, refinement__isnull=False)
                | ~Q(kind=ExperimentKind.REFINE) & Q(refinement__isnull=True),
                name="runs_experiment_refines",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "state", "-id"], name="runs_experiments_of_project"),
            models.Index(
                fields=["project", "content_hash", "suite"], condition=~Q(suite=""), name="runs_evaluations_of_content"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Message(models.Model):
    """What was asked, or what a chosen run answered, in the order of an experiment. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The project of the experiment, repeated for the export of a whole project; a trigger keeps both equal.
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="messages")
    number = models.PositiveIntegerField()
    role = models.CharField(max_length=9, choices=MessageRole.choices)
    content = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    base_run = models.ForeignKey("Run", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    project_id: UUID
    experiment_id: UUID
    content_id: str
    author_id: UUID
    base_run_id: UUID | None
    repeated: bool = False

    class Meta:
        ordering: ClassVar[list[str]] = ["experiment", "number"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["experiment", "number"], name="runs_message_number_once"),
            models.CheckConstraint(condition=Q(role__in=MessageRole.values), name="runs_message_role_known"),
            models.CheckConstraint(condition=Q(number__gte=1), name="runs_message_from_1"),
        ]

    def __str__(self) -> str:
        return f"message {self.number} of {self.experiment_id}"


class RunQuerySet(models.QuerySet["Run"]):
    """Reading runs."""

    def unended(self) -> RunQuerySet:
        """Those that wait or are under way."""
        return self.filter(status__in=UNENDED)


class Run(models.Model):
    """One model's answer to a message. Frozen once it has ended; a trigger allows legal steps of `status` only.

    `attempt` counts how often a worker began, and is the fencing token of its writes. Money is in millionths of the
    currency. `patch` is a unified diff against the experiment's source, None where nothing was changed;
    `files_changed` are `{path, status, added, removed}` of its files, and `from`, the path before, of a renamed one.

    A run that succeeded can be chosen, once: by whom, when, and which proposal was made of it (None: of an answer
    nothing is made). A private proposal can be discarded, so its id may lead nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="runs")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="runs")
    profile = models.ForeignKey(ModelProfile, on_delete=models.PROTECT, related_name="+")
    starter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=9, choices=RunStatus.choices, default=RunStatus.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    # How often the process that ran it was lost.
    losses = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=20, blank=True, default="", help_text=_("Why it failed, in one word."))
    detail = models.CharField(max_length=MAX_DETAIL, blank=True, default="")
    summary = models.CharField(max_length=MAX_SUMMARY, blank=True, default="")
    warnings = models.JSONField(default=list)
    # Of evaluations `{outcome, passed, failed, errors}` in cases, of runs that refine what `Outcome.as_data` of
    # `stages.runs.refinement.scores` has; whether earlier answers are reused, and whose answers it goes on with.
    verdict = models.JSONField(null=True, help_text=_("What its answers amount to."))
    reuses = models.BooleanField(default=False)
    retry_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    cost = models.PositiveBigIntegerField(default=0)
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    patch = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    files_changed = models.JSONField(default=list)
    chosen_at = models.DateTimeField(null=True)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposal_id = models.UUIDField(null=True, help_text=_("What was made of it when it was chosen."))

    project_id: UUID
    experiment_id: UUID
    message_id: UUID
    profile_id: UUID
    starter_id: UUID
    patch_id: str | None
    chosen_by_id: UUID | None
    retry_of_id: UUID | None
    # Which run of its experiment it is, from 1: set where a page names runs by it.
    number: int
    objects = RunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="runs_run_status_known"),
            models.CheckConstraint(
                condition=Q(status__in=UNENDED, ended_at__isnull=True) | Q(status__in=ENDED, ended_at__isnull=False),
                name="runs_run_ends_with_time",
            ),
            models.CheckConstraint(
                condition=Q(status=RunStatus.FAILED) & ~Q(error="") | ~Q(status=RunStatus.FAILED) & Q(error=""),
                name="runs_run_fails_with_error",
            ),
            models.CheckConstraint(
                condition=Q(status=RunStatus.SUCCEEDED) | Q(patch__isnull=True, chosen_at__isnull=True),
                name="runs_run_only_success_has_result",
            ),
            models.CheckConstraint(
                condition=Q(chosen_at__isnull=True, chosen_by__isnull=True, proposal_id__isnull=True)
                | Q(chosen_at__isnull=False, chosen_by__isnull=False),
                name="runs_run_chosen_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(verdict__isnull=True) | Q(status=RunStatus.SUCCEEDED), name="runs_run_verdict_of_success"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["queued_at"], condition=Q(status__in=UNENDED), name="runs_unended"),
        ]

    def __str__(self) -> str:
        return f"run {self.id}"

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    def is_of(self, user: User) -> bool:
        """Whether this person started it."""
        return user.id == self.starter_id


class RunLog(models.Model):
    """A line of a run's console: a step, a piece of the answer, a warning. Append-only, numbered without gaps."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="log")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=7, choices=LogKind.choices)
    text = models.TextField()

    run_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["run", "number"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "number"], name="runs_runlog_number_once"),
            models.CheckConstraint(condition=Q(kind__in=LogKind.values), name="runs_runlog_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"
