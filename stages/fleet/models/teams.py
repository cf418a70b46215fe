"""The tree of teams, the roles of people in it, and the projects whose releases may go there."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from projects.models import Project
from stages.fleet.choices import TeamRole

MAX_TEAM_NAME: Final = 100
MAX_CATEGORY: Final = 60
MAX_QUORUM: Final = 20
MAX_HOURS: Final = 720
# A week.
MAX_STALE_MINUTES: Final = 10_080


class Team(models.Model):
    """People and stations; a node of the one tree of teams.

    The root has no parent, its id is the site's, and a migration makes it. A trigger keeps the tree: one root, no
    cycle, at most 8 levels. `number` is that of the newest edition; it never falls. `quorum` is how many people must
    approve a change of its directives. `categories` is the order in which directives are written.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=MAX_TEAM_NAME)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    quorum = models.PositiveSmallIntegerField(default=1)
    timeout_hours = models.PositiveSmallIntegerField(
        default=24, help_text=_("How long a new directive with the mode temporary allows a change.")
    )
    stale_minutes = models.PositiveSmallIntegerField(
        default=60, help_text=_("After how long without contact a station is called stale.")
    )
    categories = ArrayField(models.CharField(max_length=MAX_CATEGORY), default=list, blank=True)
    number = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    parent_id: UUID | None

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="fleet_team_named"),
            models.CheckConstraint(condition=Q(quorum__lte=MAX_QUORUM), name="fleet_team_quorum"),
            models.CheckConstraint(
                condition=Q(timeout_hours__gte=1, timeout_hours__lte=MAX_HOURS), name="fleet_team_timeout_hours"
            ),
            models.CheckConstraint(
                condition=Q(stale_minutes__gte=1, stale_minutes__lte=MAX_STALE_MINUTES),
                name="fleet_team_stale_minutes",
            ),
            models.UniqueConstraint(
                "parent", Lower("name"), condition=Q(archived_at__isnull=True), name="fleet_team_name_once"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=False) | Q(archived_at__isnull=True), name="fleet_team_root_stays"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


class TeamMember(models.Model):
    """A person's role in a team, which holds in the teams below it, too."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=11, choices=TeamRole.choices)
    added_at = models.DateTimeField()

    team_id: UUID
    user_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["team", "user"], name="fleet_teammember_once"),
            models.CheckConstraint(condition=Q(role__in=TeamRole.values), name="fleet_teammember_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.team_id}"


class Grant(models.Model):
    """The consent of a project's owner that its releases go to a team and to the teams below it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="grants")
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()

    project_id: UUID
    team_id: UUID
    granted_by_id: UUID
    # True if this is returned for a repeated request with the same `client_ref`.
    repeated: bool = False

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "team"], name="fleet_grant_once"),
        ]

    def __str__(self) -> str:
        return f"releases of {self.project_id} for {self.team_id}"
