"""Revoking the stations of whoever has no role in their teams any more, or whose account is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_noop

from accounts.callers import Caller
from accounts.deactivation import Deactivation
from accounts.services.accounts import close_device
from audit.services import Target, record
from stages.fleet import events
from stages.fleet.access import fleet_access
from stages.fleet.choices import StationState
from stages.fleet.models import Station
from stages.fleet.services.sealing import station_facts
from stages.fleet.tree import Tree

LEFT: Final = gettext_noop("Its owner has no role in its team any more.")
CLOSED: Final = gettext_noop("The account of its owner is closed.")


def lock_stations_of(owner_id: UUID) -> list[Station]:
    """The stations of a person that are not revoked, their rows and their accounts locked: before any event."""
    stations = Station.objects.filter(owner=owner_id).exclude(state=StationState.REVOKED).order_by("pk")
    return list(stations.select_for_update(no_key=True, of=("self", "account")).select_related("account", "owner"))


def revoke_without_role(caller: Caller, station: Station, tree: Tree) -> bool:
    """Revoke a locked station if no role of its owner holds in its team any more; whether it did."""
    is_left = fleet_access(station.owner, tree).role(station.team_id) is None
    if is_left:
        revoke_locked(caller, station, reason=LEFT)
    return is_left


def revoke_of_closed(deactivation: Deactivation) -> Callable[[], None] | None:
    """Revoke all stations of a person whose account is about to be closed, once it is locked."""
    stations = lock_stations_of(deactivation.user_id)

    def revoke_all() -> None:
        for station in stations:
            revoke_locked(deactivation.caller, station, reason=deactivation.reason or CLOSED)

    return revoke_all if stations else None


def revoke_locked(caller: Caller, station: Station, *, reason: str) -> None:
    """Revoke a station whose row is locked, with that of its account, which is closed: its token ends at once."""
    event = record(
        caller=caller,
        action=events.STATION_REVOKED.name,
        target=Target.of("station", station.pk),
        data=station_facts(station),
        reason=reason,
    )
    station.state, station.revoked_at = StationState.REVOKED, event.at
    station.save(update_fields=["state", "revoked_at"])
    close_device(caller=caller, user_id=station.pk, reason=reason)
