"""Whether stations are in touch: one rule for pages, REST and jobs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from stages.fleet.models import Station

# A connected station is noted at most once a minute, by rounds that are half a minute apart; some seconds for the way.
ONLINE: Final = timedelta(seconds=100)


def last_contact(station: Station) -> datetime:
    """When it was last in touch; before that, when it was enrolled."""
    return station.last_seen_at or station.enrolled_at


def is_online(station: Station, now: datetime) -> bool:
    """Whether it is connected, as far as the site knows."""
    return not station.is_revoked and station.last_seen_at is not None and now - station.last_seen_at <= ONLINE


def is_stale(station: Station, now: datetime) -> bool:
    """Whether it was not in touch for longer than its team allows. It needs the station's team."""
    allowed = timedelta(minutes=station.team.stale_minutes)
    return not station.is_revoked and now - last_contact(station) > allowed
