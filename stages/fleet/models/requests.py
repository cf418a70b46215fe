"""What waits for a team's approval, and who decided."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from kernel.canonical import canonical_hash
from projects.models import Project
from publishing.models import MAX_COMMENT
from stages.fleet.choices import RequestKind, RequestState
from stages.fleet.models.directives import Directive
from stages.fleet.models.stations import Station
from stages.fleet.models.teams import MAX_QUORUM, Team


class Request(models.Model):
    """A directive's change, or an exception for a station, that awaits its quorum.

    `payload` is exactly what is decided on; `quorum` that of the team when it was asked. A trigger lets a request end
    once, and change no more afterwards, except that an accepted exception can be revoked. `directive` of a new one is
    set when it is accepted. `until` is when an exception ends, None for a permanent one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=9, choices=RequestKind.choices)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="requests")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    directive = models.ForeignKey(Directive, on_delete=models.PROTECT, null=True, related_name="requests")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, related_name="requests")
    payload = models.JSONField()
    reason = models.CharField(max_length=1000)
    quorum = models.PositiveSmallIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=RequestState.choices, default=RequestState.OPEN)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    team_id: UUID
    project_id: UUID
    directive_id: UUID | None
    station_id: UUID | None
    author_id: UUID
    # True if this is returned for a repeated request with the same `client_ref`.
    repeated: bool = False

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(kind__in=RequestKind.values), name="fleet_request_kind_known"),
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="fleet_request_state_known"),
            models.CheckConstraint(
                condition=Q(state=RequestState.OPEN, ended_at__isnull=True)
                | ~Q(state=RequestState.OPEN) & Q(ended_at__isnull=False),
                name="fleet_request_ends_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(kind=RequestKind.EXCEPTION, station__isnull=False, directive__isnull=False)
                | ~Q(kind=RequestKind.EXCEPTION) & Q(station__isnull=True, until__isnull=True),
                name="fleet_request_exception_of_station",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(kind=RequestKind.EXCEPTION, state=RequestState.ACCEPTED),
                name="fleet_request_revoked_exception",
            ),
            models.CheckConstraint(condition=Q(quorum__lte=MAX_QUORUM), name="fleet_request_quorum"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["expires_at"], condition=Q(state=RequestState.OPEN), name="fleet_request_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} asked for by {self.author_id}"

    @property
    def digest(self) -> str:
        """What a decision names: SHA-256 of RFC 8785 of what is asked for, in lowercase hex."""
        return canonical_hash({"kind": self.kind, "team": str(self.team_id), "payload": self.payload})


class Decision(models.Model):
    """One person's answer to a request, never its author's. Append-only; `digest` is that of what they decided on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="decisions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approves = models.BooleanField()
    comment = models.CharField(max_length=MAX_COMMENT, blank=True, default="")
    digest = models.CharField(max_length=64)
    decided_at = models.DateTimeField()

    request_id: UUID
    person_id: UUID
    repeated: bool = False

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["request", "person"], name="fleet_decision_once"),
        ]

    def __str__(self) -> str:
        return f"decision of {self.person_id}"
