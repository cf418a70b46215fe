"""Stations: how they sign in, what they are to obey, and what they say of it."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from audit.models import SiteKey
from stages.fleet.choices import PlacementState, StationState
from stages.fleet.models.directives import Directive
from stages.fleet.models.teams import Team

MAX_STATION_NAME: Final = 100
MAX_REPORT_BYTES: Final = 8192
_DIGEST: Final = r"^[0-9a-f]{64}$"


class Station(models.Model):
    """A person's daemon on a machine. Its id is that of its account, of the kind `device`, to which nobody signs in.

    `machine` are facts that it gave of itself. While its token is renewed the former one is valid too, until
    `former_until`; only digests are kept.
    `assignment` is the sealed text with its team and its exceptions (`stages.fleet.assignments`); its number rises by
    1. `head_seq` and `head_hash` are those of its newest report, `recorded_seq` that of the newest whose hash is in the
    audit trail. Triggers let numbers only rise, and a revoked station stay revoked.
    """

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="station"
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="stations")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="stations")
    name = models.CharField(max_length=MAX_STATION_NAME)
    machine = models.JSONField(default=dict)
    token_digest = models.CharField(max_length=64, unique=True)
    former_digest = models.CharField(max_length=64, blank=True, default="")
    former_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True, help_text=_("Exact to about half a minute; not a record."))
    assignment = models.TextField(editable=False)
    assignment_number = models.PositiveIntegerField(default=1)
    assignment_key = models.ForeignKey(SiteKey, on_delete=models.PROTECT, related_name="+", editable=False)
    assignment_seal = models.BinaryField()
    head_seq = models.PositiveBigIntegerField(default=0)
    head_hash = models.CharField(max_length=64, blank=True, default="")
    recorded_seq = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=7, choices=StationState.choices, default=StationState.ACTIVE)
    enrolled_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    account_id: UUID
    owner_id: UUID
    team_id: UUID
    assignment_key_id: str

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="fleet_station_named"),
            models.CheckConstraint(condition=Q(state__in=StationState.values), name="fleet_station_state_known"),
            models.CheckConstraint(condition=Q(token_digest__regex=_DIGEST), name="fleet_station_token_shape"),
            models.UniqueConstraint(
                fields=["former_digest"], condition=~Q(former_digest=""), name="fleet_station_former_once"
            ),
            models.CheckConstraint(condition=Q(assignment_number__gte=1), name="fleet_station_assignment_from_1"),
            models.CheckConstraint(condition=Q(recorded_seq__lte=F("head_seq")), name="fleet_station_recorded_known"),
            models.CheckConstraint(
                condition=Q(state=StationState.REVOKED, revoked_at__isnull=False)
                | ~Q(state=StationState.REVOKED) & Q(revoked_at__isnull=True),
                name="fleet_station_revoked_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_revoked(self) -> bool:
        return self.state == StationState.REVOKED


class DeviceCode(models.Model):
    """A sign-in of a station that waits for a person's answer (RFC 8628). It is decided once, and redeemed once.

    `machine` and `address` are what the person is shown. `interval` is the time between two polls, in seconds.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    device_digest = models.CharField(max_length=64, unique=True)
    user_digest = models.CharField(max_length=64, unique=True)
    machine = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    interval = models.PositiveSmallIntegerField(default=5)
    next_poll_at = models.DateTimeField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    approved = models.BooleanField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    redeemed_at = models.DateTimeField(null=True)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, related_name="+")

    team_id: UUID | None
    decided_by_id: UUID | None
    station_id: UUID | None

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(approved__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="fleet_devicecode_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved__isnull=True) | Q(approved=False) | Q(team__isnull=False),
                name="fleet_devicecode_approved_for_team",
            ),
            models.CheckConstraint(
                condition=Q(redeemed_at__isnull=True) | Q(approved=True), name="fleet_devicecode_redeemed_approved"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["expires_at"], name="fleet_devicecode_expires"),
        ]

    def __str__(self) -> str:
        return f"sign-in of {self.machine.get('name', 'a station')}"


class Placement(models.Model):
    """What a station last said of a directive: whether its text is where it should be. No record.

    `files` are the places, as the station names them; `edition` is the number that it obeys.
    """

    pk = models.CompositePrimaryKey("station_id", "directive_id")
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="placements", db_index=False)
    directive = models.ForeignKey(Directive, on_delete=models.CASCADE, related_name="placements")
    state = models.CharField(max_length=8, choices=PlacementState.choices)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    files = models.JSONField(default=list)
    edition = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    station_id: UUID
    directive_id: UUID

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=PlacementState.values), name="fleet_placement_state_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["directive", "state"], name="fleet_placement_coverage"),
        ]

    def __str__(self) -> str:
        return f"{self.directive_id} on {self.station_id}"


class Report(models.Model):
    """One link of a station's chain: 1, 2, 3 … without a gap. Append-only.

    `body` is RFC 8785. `hash` is SHA-256 of `prev_hash`, `station_seq` (8 bytes, big-endian) and `body`; the first
    `prev_hash` is SHA-256 of the station's id. A trigger computes both again.
    """

    pk = models.CompositePrimaryKey("station_id", "station_seq")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="reports", db_index=False)
    station_seq = models.BigIntegerField()
    body = models.TextField()
    prev_hash = models.BinaryField()
    hash = models.BinaryField()
    received_at = models.DateTimeField()
    kind = models.GeneratedField(
        expression=KeyTextTransform("kind", Cast("body", models.JSONField())),
        output_field=models.TextField(null=True),
        db_persist=True,
    )
    about = models.GeneratedField(
        expression=KeyTextTransform("directive", Cast("body", models.JSONField())),
        output_field=models.TextField(null=True),
        db_persist=True,
    )

    station_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["station", "station_seq"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(station_seq__gte=1), name="fleet_report_from_1"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-received_at"], name="fleet_report_newest"),
            models.Index(fields=["kind", "-received_at"], name="fleet_report_by_kind"),
            models.Index(fields=["about", "-received_at"], name="fleet_report_by_directive"),
        ]

    def __str__(self) -> str:
        return f"report {self.station_seq} of {self.station_id}"
