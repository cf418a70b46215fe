"""Moving a station to another team, renaming it, and ending it."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.keys.sealing import ensure_site_key
from kernel.errors import Conflict, NotFound
from kernel.names import check_name, check_reason
from kernel.transactions import write_transaction
from stages.fleet.access import FleetAccess, fleet_access, fresh_access
from stages.fleet.following.changes import note_change
from stages.fleet.models import Station, Team
from stages.fleet.models.stations import MAX_STATION_NAME
from stages.fleet.permissions import MANAGE_RULES
from stages.fleet.services.leaving import revoke_locked
from stages.fleet.services.sealing import renew_assignment
from stages.fleet.services.writing import lock_team
from stages.fleet.stations.services.enrolling import lock_station


def move_station(*, caller: Caller, station_id: UUID, team_id: UUID | None = None, name: str | None = None) -> Station:
    """Give a station another team, another name, or both: its next assignment says so, and is sent at once.

    The owner may, and an admin of its team; whoever moves it has a role in the other team, and so has its owner.
    Raises `NotFound`, `PermissionDenied`, `Conflict` for a revoked station or an archived team, `ValidationFailed`.
    """
    name = None if name is None else check_name(name, name="name", maximum=MAX_STATION_NAME)
    ensure_site_key(caller=caller)
    with write_transaction():
        # In the order of locks: teams come before stations.
        team = lock_team(team_id) if team_id else None
        station = lock_station(station_id)
        access = fresh_access(caller.user)
        _require_control(access, station)
        if station.is_revoked:
            raise Conflict(_("The station was revoked."))
        if team is not None:
            _require_target(access, station, team)
        before = {"name": station.name, "team_id": str(station.team_id)}
        station.team, station.name = team or station.team, name or station.name
        if before == {"name": station.name, "team_id": str(station.team_id)}:
            return station
        station.save(update_fields=["name"])
        renew_assignment(caller, station, access.tree, facts={"before": before})
    return station


def revoke_station(*, caller: Caller, station_id: UUID, reason: str) -> Station:
    """End a station's access for ever; its sockets are closed everywhere. Ending an ended one changes nothing.

    The owner may, and an admin of its team. Raises `NotFound`, `PermissionDenied`, `ValidationFailed`.
    """
    reason = check_reason(reason)
    with write_transaction():
        station = lock_station(station_id)
        _require_control(fresh_access(caller.user), station)
        if not station.is_revoked:
            revoke_locked(caller, station, reason=reason)
            note_change(station.team_id)
    return station


def _require_control(access: FleetAccess, station: Station) -> None:
    """Whether somebody may change a station: its owner, or an admin of its team."""
    if station.owner_id == access.user.id:
        return
    if station.team_id not in access.seen:
        raise NotFound(_("Station not found."))
    access.require(MANAGE_RULES, station.team_id)


def _require_target(access: FleetAccess, station: Station, team: Team) -> None:
    access.team(team.id)
    if team.is_archived:
        raise Conflict(_("The team is archived."))
    if team.id == station.team_id:
        return
    if access.role(team.id) is None:
        access.require(MANAGE_RULES, team.id)
    if fleet_access(station.owner, access.tree).role(team.id) is None:
        raise Conflict(_("{owner} has no role in that team.").format(owner=station.owner.display_name))
