"""Stations and their reports as their readers see them: of the teams where they may read, and their own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.errors import NotFound
from stages.fleet.access import fleet_access
from stages.fleet.contact import is_stale
from stages.fleet.models import Placement, Report, Station
from stages.fleet.permissions import VIEW_RULES


def visible_stations(user: User) -> QuerySet[Station]:
    """The stations that exist for somebody."""
    teams = fleet_access(user).teams_with(VIEW_RULES)
    return Station.objects.filter(Q(team__in=teams) | Q(owner=user)).select_related("team", "owner")


def visible_station(*, user: User, station_id: UUID) -> Station:
    """One of them. Raises `NotFound`."""
    station = visible_stations(user).filter(pk=station_id).first()
    if station is None:
        raise NotFound(_("Station not found."))
    return station


def visible_reports(user: User) -> QuerySet[Report]:
    """The reports of the stations that exist for somebody."""
    return Report.objects.filter(station__in=visible_stations(user).values("pk"))


def station_body(station: Station) -> dict[str, Any]:
    """A station as REST shows it."""
    return {
        "id": station.pk,
        "name": station.name,
        "owner": station.owner.person(),
        "team": {"id": station.team_id, "name": station.team.name},
        "machine": station.machine,
        "state": station.state,
        "is_stale": is_stale(station, timezone.now()),
        "enrolled_at": station.enrolled_at,
        "last_seen_at": station.last_seen_at,
        "expires_at": station.expires_at,
        "revoked_at": station.revoked_at,
        "assignment_number": station.assignment_number,
        "reports": {"seq": station.head_seq, "hash": station.head_hash, "recorded_seq": station.recorded_seq},
    }


def report_body(report: Report) -> dict[str, Any]:
    """A report with its place in the chain; `body` is the text that was hashed."""
    return {
        "station_id": report.station_id,
        "station_seq": report.station_seq,
        "kind": report.kind,
        "body": report.body,
        "prev_hash": bytes(report.prev_hash).hex(),
        "hash": bytes(report.hash).hex(),
        "received_at": report.received_at,
    }


def placement_body(placement: Placement) -> dict[str, Any]:
    """What a station last said of a directive."""
    return {
        "directive_id": placement.directive_id,
        "state": placement.state,
        "sha256": placement.sha256,
        "files": placement.files,
        "edition": placement.edition,
        "until": placement.until,
        "changed_at": placement.changed_at,
    }
