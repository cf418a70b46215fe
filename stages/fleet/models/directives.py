"""Directives, and the sealed texts that stations obey."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from audit.models import SiteKey
from kernel.ijson import parse
from projects.fields import FILES, MAX_PATH_BYTES
from projects.models import Project
from publishing.models import Release
from stages.fleet.choices import Destination, DirectiveStatus, Layer, Mode
from stages.fleet.models.teams import MAX_CATEGORY, MAX_HOURS, Team

MAX_TITLE: Final = 120
MAX_FIELD: Final = len(FILES) + MAX_PATH_BYTES
MAX_PATH: Final = 500
MAX_PATTERN: Final = 200
MAX_PATTERNS: Final = 20
MAX_POSITION: Final = 1_000_000


class Directive(models.Model):
    """One field of a release, with where and how it is kept on the stations of a team and of the teams below it.

    Team and project never change, and no directive is removed, which triggers enforce. `carried` are the releases that
    it has carried, the oldest first: it can be rolled back to each of them. `match` are patterns of repositories
    (`host/owner/name`), empty for all. `replaces` is an overridable directive of a team above.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="directives")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    carried = ArrayField(models.UUIDField())
    field = models.CharField(max_length=MAX_FIELD)
    title = models.CharField(max_length=MAX_TITLE)
    category = models.CharField(max_length=MAX_CATEGORY, blank=True, default="")
    position = models.PositiveIntegerField(default=0)
    layer = models.CharField(max_length=7, choices=Layer.choices)
    destination = models.CharField(max_length=7, choices=Destination.choices)
    path = models.CharField(max_length=MAX_PATH, blank=True, default="", help_text=_("Of a whole file only."))
    match = ArrayField(models.CharField(max_length=MAX_PATTERN), default=list, blank=True)
    mode = models.CharField(max_length=9, choices=Mode.choices)
    timeout_hours = models.PositiveSmallIntegerField()
    overridable = models.BooleanField(default=False)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=9, choices=DirectiveStatus.choices, default=DirectiveStatus.ACTIVE)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    team_id: UUID
    project_id: UUID
    release_id: UUID
    replaces_id: UUID | None
    issued_by_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(title=""), name="fleet_directive_titled"),
            models.CheckConstraint(condition=Q(layer__in=Layer.values), name="fleet_directive_layer_known"),
            models.CheckConstraint(
                condition=Q(destination__in=Destination.values), name="fleet_directive_destination_known"
            ),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="fleet_directive_mode_known"),
            models.CheckConstraint(condition=Q(status__in=DirectiveStatus.values), name="fleet_directive_status_known"),
            models.CheckConstraint(
                condition=Q(timeout_hours__gte=1, timeout_hours__lte=MAX_HOURS), name="fleet_directive_timeout_hours"
            ),
            models.CheckConstraint(
                condition=Q(destination=Destination.FILE) & ~Q(path="") | ~Q(destination=Destination.FILE) & Q(path=""),
                name="fleet_directive_path_of_file",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="fleet_directive_ends_later",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")), name="fleet_directive_replaces_another"
            ),
            models.UniqueConstraint(
                "team",
                Lower("path"),
                condition=Q(destination=Destination.FILE) & ~Q(status=DirectiveStatus.WITHDRAWN),
                name="fleet_directive_one_whole_file",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Edition(models.Model):
    """All active directives of a team as one sealed, numbered text. Append-only.

    `text` (RFC 8785) is the sealed statement, with `number` and `at` of its own (`stages.fleet.editions`). `cause` is
    the event for which it was made. Numbers rise; one may be left out where a station has shown a restored server a
    newer edition.
    """

    pk = models.CompositePrimaryKey("team_id", "number")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="editions", db_index=False)
    number = models.PositiveIntegerField()
    text = models.TextField(editable=False)
    key = models.ForeignKey(SiteKey, on_delete=models.PROTECT, related_name="+", editable=False)
    seal = models.BinaryField()
    cause = models.CharField(max_length=40)
    sealed_at = models.DateTimeField()

    team_id: UUID
    key_id: str

    class Meta:
        ordering: ClassVar[list[str]] = ["team", "number"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(number__gte=1), name="fleet_edition_from_1"),
        ]

    def __str__(self) -> str:
        return f"edition {self.number} of {self.team_id}"

    @property
    def sha256(self) -> str:
        """SHA-256 of the sealed text in lowercase hex, as its event records it."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def statement(self) -> dict[str, Any]:
        """The parsed text."""
        statement = parse(self.text)
        assert isinstance(statement, dict)
        return statement
