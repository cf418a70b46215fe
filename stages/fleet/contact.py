"""Whether stations are in touch: one rule for pages, REST, jobs and metrics, in Python, as a condition, and in SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Coalesce, Now
from django.db.models.lookups import LessThan

from stages.fleet.models import Station

# A connected station is noted in each round of its node, which are half a minute apart; some seconds for the way.
ONLINE: Final = timedelta(seconds=45)
_MINUTE: Final = Value(timedelta(minutes=1), output_field=DurationField())
# The same rule for a figure of the site, which is SQL: how many are stale.
COUNT_STALE: Final = (
    "SELECT count(*) FROM fleet_station AS station JOIN fleet_team AS team ON team.id = station.team_id"
    " WHERE station.revoked_at IS NULL"
    " AND coalesce(station.last_seen_at, station.enrolled_at) < now() - make_interval(mins => team.stale_minutes)"
)


def last_contact(station: Station) -> datetime:
    """When it was last in touch; before that, when it was enrolled."""
    return station.last_seen_at or station.enrolled_at


def is_online(station: Station, now: datetime) -> bool:
    """Whether it is connected, as far as the site knows: less than a minute after it went away it is not."""
    return not station.is_revoked and station.last_seen_at is not None and now - station.last_seen_at <= ONLINE


def stale_from(station: Station) -> datetime:
    """When it will not have been in touch for as long as its team allows. It needs the station's team."""
    return last_contact(station) + timedelta(minutes=station.team.stale_minutes)


def is_stale(station: Station, now: datetime) -> bool:
    """Whether it was not in touch for longer than its team allows. It needs the station's team."""
    return not station.is_revoked and now > stale_from(station)


def stale_condition(prefix: str = "") -> Q:
    """`is_stale` by the database's time, for queries; `prefix` leads to the station, such as `station__`."""
    in_touch = Coalesce(f"{prefix}last_seen_at", f"{prefix}enrolled_at")
    allowed = ExpressionWrapper(Now() - F(f"{prefix}team__stale_minutes") * _MINUTE, output_field=DateTimeField())
    return Q(LessThan(in_touch, allowed)) & Q(**{f"{prefix}revoked_at__isnull": True})
