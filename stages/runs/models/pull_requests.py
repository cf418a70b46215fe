"""The pull requests that were made of runs."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from projects.models import Project
from stages.runs.git.names import MAX_BRANCH
from stages.runs.models.experiments import MAX_DETAIL, Run
from stages.runs.models.repositories import MAX_URL, Repository


class PullRequestStatus(models.TextChoices):
    """The state of a pull request: asked for and not there yet, as its server says, or never made."""

    QUEUED = "QUEUED", _("Waiting")
    OPEN = "OPEN", _("Open")
    MERGED = "MERGED", _("Merged")
    CLOSED = "CLOSED", _("Closed")
    FAILED = "FAILED", _("Failed")


class PullRequest(models.Model):
    """A branch of a repository with the change of a run, and the pull request for it.

    `run` is the one whose change it was last asked to hold, `parent` the commit that this change was or will be put on,
    `commit` the one that the branch has; `number` and `url` are the server's. `error` says why the last step failed,
    `synced_at` when its server last said what became of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="pull_requests")
    repository = models.ForeignKey(Repository, on_delete=models.PROTECT, related_name="pull_requests")
    branch = models.CharField(max_length=MAX_BRANCH)
    parent = models.CharField(max_length=64)
    commit = models.CharField(max_length=64, blank=True, default="")
    number = models.PositiveIntegerField(null=True)
    url = models.CharField(max_length=MAX_URL, blank=True, default="")
    status = models.CharField(max_length=6, choices=PullRequestStatus.choices, default=PullRequestStatus.QUEUED)
    error = models.CharField(max_length=20, blank=True, default="")
    detail = models.CharField(max_length=MAX_DETAIL, blank=True, default="")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    created_at = models.DateTimeField()
    synced_at = models.DateTimeField(null=True)

    project_id: UUID
    run_id: UUID
    repository_id: UUID
    asked_by_id: UUID
    # True if this is returned for a repeated request.
    repeated: bool = False

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["repository", "branch"], name="runs_pullrequest_branch_once"),
            models.CheckConstraint(
                condition=Q(status__in=PullRequestStatus.values), name="runs_pullrequest_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["QUEUED", "FAILED"]) | Q(number__isnull=False) & ~Q(commit=""),
                name="runs_pullrequest_is_there",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["asked_at"], condition=Q(status__in=["QUEUED", "OPEN"]), name="runs_pullrequests_under_way"
            ),
        ]

    def __str__(self) -> str:
        return self.branch
