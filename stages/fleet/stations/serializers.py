"""What the REST addresses of stations take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from rest.fields import Text, Uuid
from stages.fleet.choices import PlacementState, StationState
from stages.fleet.models.stations import MAX_STATION_NAME
from stages.fleet.sign_in.serializers import StationTeam
from stages.fleet.stations.report_rules import KINDS


class NewStation(serializers.Serializer[Any]):
    """The station of a machine at which nobody confirms a sign-in."""

    team_id = Uuid()
    name = Text(max_length=MAX_STATION_NAME)


class ChangedStation(serializers.Serializer[Any]):
    """Another team or another name; what is left out stays."""

    team_id = Uuid(required=False)
    name = Text(max_length=MAX_STATION_NAME, required=False)


class StationReason(serializers.Serializer[Any]):
    """Why a station is revoked."""

    reason = Text(max_length=1000)


class ReportsHead(serializers.Serializer[Any]):
    """The newest report of a station, and the newest whose hash is in the audit trail."""

    seq = serializers.IntegerField()
    hash = serializers.CharField(allow_blank=True)
    recorded_seq = serializers.IntegerField()


class StationInfo(serializers.Serializer[Any]):
    """A station: whose it is, to which team it belongs, and when it was last in touch."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    owner = PersonSerializer()
    team = StationTeam()
    machine = serializers.DictField(child=serializers.CharField(), help_text="What the machine says of itself.")
    state = serializers.ChoiceField(StationState.choices)
    is_stale = serializers.BooleanField(help_text="Not in touch for longer than its team allows.")
    enrolled_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    assignment_number = serializers.IntegerField()
    reports = ReportsHead()


class MadeStation(StationInfo):
    """A new station with its token, which no other answer contains."""

    access_token = serializers.CharField()


class StationReport(serializers.Serializer[Any]):
    """A link of a station's chain of reports."""

    station_id = serializers.UUIDField()
    station_seq = serializers.IntegerField()
    kind = serializers.ChoiceField(sorted((each, each) for each in KINDS))
    body = serializers.CharField(help_text="RFC 8785.")
    prev_hash = serializers.CharField()
    hash = serializers.CharField(help_text="SHA-256 of prev_hash, station_seq (8 bytes, big-endian) and body.")
    received_at = serializers.DateTimeField()


class StationPlacement(serializers.Serializer[Any]):
    """What a station last said of a directive."""

    directive_id = serializers.UUIDField()
    state = serializers.ChoiceField(PlacementState.choices)
    sha256 = serializers.CharField(allow_blank=True)
    files = serializers.ListField(child=serializers.CharField())
    edition = serializers.IntegerField()
    until = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField()
