"""Git repositories that a project's runs read, and that get branches and pull requests from them."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from projects.models import Project
from stages.runs.git.names import MAX_BRANCH
from stages.runs.models.profiles import Secret

MAX_URL: Final = 500
COMMIT_PATTERN: Final = r"^([0-9a-f]{40}|[0-9a-f]{64})\Z"


class Repository(models.Model):
    """A git repository of a project. Its address never changes, which a trigger enforces, and names it for ever.

    `default_branch` and `latest_commit` are what its server said last. `allows` names those of the guarded paths
    (`stages.runs.trees.forbidden.GUARDED`) that runs may change. Removed, it stays with what was made from it, without
    its token; connected again, it is the same one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=MAX_URL)
    api_url = models.CharField(max_length=MAX_URL, help_text=_("Where pull requests are made."))
    default_branch = models.CharField(max_length=MAX_BRANCH)
    latest_commit = models.CharField(max_length=64)
    secret = models.OneToOneField(Secret, on_delete=models.PROTECT, null=True, related_name="repository")
    allows = models.JSONField(default=list)
    is_connected = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    project_id: UUID
    secret_id: UUID | None
    # True if this is returned for a repeated request, or for an address that is connected already.
    repeated: bool = False

    class Meta:
        verbose_name_plural = _("repositories")
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "url"], name="runs_repository_url_once"),
            models.CheckConstraint(condition=Q(latest_commit__regex=COMMIT_PATTERN), name="runs_repository_commit"),
            models.CheckConstraint(
                condition=Q(is_connected=True) | Q(secret__isnull=True), name="runs_repository_token_goes"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Owner and name as its address has them, such as `acme/prompts`."""
        return "/".join(self.url.removesuffix(".git").split("/")[-2:])
