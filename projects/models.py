"""Projects and the people in them."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User
from kernel.site_permissions import may_on_site

MAX_NAME = 200
MAX_DESCRIPTION = 2000


class Status(models.TextChoices):
    """The state of a project: open, in review, frozen or archived; or the replica of one whose home is another site."""

    OPEN = "open", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    FROZEN = "frozen", _("Frozen")
    ARCHIVED = "archived", _("Archived")
    REPLICA = "replica", _("Replica")


class Role(models.TextChoices):
    """A member's place in a project; each role may do what the one before it may."""

    VIEWER = "viewer", _("Viewer")
    REVIEWER = "reviewer", _("Reviewer")
    EDITOR = "editor", _("Editor")
    OWNER = "owner", _("Owner")


class ProjectQuerySet(QuerySet["Project"]):
    """Queries over projects, as seen by a user."""

    def visible_to(self, user: User) -> ProjectQuerySet:
        """Internal projects, those the user is a member of, and all of them for an auditor."""
        if may_on_site("project.read_any", user):
            return self.all()
        membership = Member.objects.filter(project=OuterRef("pk"), user=user)
        return self.filter(Q(is_private=False) | Exists(membership))

    def with_role_of(self, user: User) -> ProjectQuerySet:
        """Annotate `member_role`: the user's own role, or None without a membership."""
        membership = Member.objects.filter(project=OuterRef("pk"), user=user).values("role")[:1]
        return self.annotate(member_role=models.Subquery(membership))


class Project(models.Model):
    """The container (the workspace) of one agent initiative."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=MAX_NAME)
    description = models.CharField(max_length=MAX_DESCRIPTION, blank=True, default="")
    is_private = models.BooleanField(default=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    current_draft = models.ForeignKey("drafts.Draft", on_delete=models.PROTECT, null=True, related_name="+")

    created_by_id: UUID
    current_draft_id: UUID | None
    # True on the answer to a write that the same `client_ref` had done before.
    repeated: bool = False
    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="projects_project_status_known"),
            models.CheckConstraint(condition=~Q(name=""), name="projects_project_name_given"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN


class Member(models.Model):
    """A user's place in one project."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    added_at = models.DateTimeField(auto_now_add=True)

    project_id: UUID
    user_id: UUID
    # True on the answer to a write that the same `client_ref` had done before.
    repeated: bool = False

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "user"], name="projects_member_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="projects_member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} as {self.role} in {self.project_id}"
