"""Letting stations in, and giving them their tokens."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.rules import require_proof
from accounts.services.accounts import create_device
from audit.keys.sealing import ensure_site_key
from audit.keys.text import rfc3339
from audit.services import Target, record
from kernel.errors import Conflict, NotFound
from kernel.names import check_name
from kernel.statements import database_now
from kernel.transactions import write_transaction
from stages.fleet.access import fresh_access
from stages.fleet.events import STATION_CHANGED, STATION_ENROLLED
from stages.fleet.following.changes import note_change
from stages.fleet.models import Station
from stages.fleet.models.stations import MAX_STATION_NAME
from stages.fleet.permissions import MANAGE_RULES
from stages.fleet.services.sealing import assignment_facts, first_assignment, station_facts
from stages.fleet.services.writing import lock_team
from stages.fleet.sign_in.machine import check_machine
from stages.fleet.sign_in.tokens import lifetime, new_token


def make_station(*, caller: Caller, team_id: UUID, name: str) -> tuple[Station, str]:
    """Make the station of a machine at which nobody confirms a sign-in, with its token; no other place has its text.

    The caller, an admin of the team, is its owner. Raises `NotFound`, `PermissionDenied`, `ValidationFailed`, and
    `ReauthenticationNeeded`: a station outlives the session.
    """
    require_proof(caller)
    ensure_site_key(caller=caller)
    text, digest = new_token()
    machine = check_machine({"name": name})
    with write_transaction():
        fresh_access(caller.user).require(MANAGE_RULES, team_id)
        station = enrol_station(caller=caller, team_id=team_id, name=name, machine=machine, token_digest=digest)
    return station, text


def enrol_station(
    *, caller: Caller, team_id: UUID, name: str, machine: Mapping[str, Any], token_digest: str
) -> Station:
    """A new station of the caller's in a team where they have a role, with its account and its first assignment.

    In the transaction of what lets it in, before which `ensure_site_key` was called. Raises `NotFound` for a team of
    others, `Conflict` for one that is archived, `ValidationFailed`.
    """
    name = check_name(name, name="name", maximum=MAX_STATION_NAME)
    with write_transaction():
        team = lock_team(team_id)
        access = fresh_access(caller.user)
        if access.role(team_id) is None:
            raise NotFound(_("Team not found."))
        if team.is_archived:
            raise Conflict(_("The team is archived."))
        account = create_device(caller=caller, username=f"station-{secrets.token_hex(8)}", display_name=name)
        now = database_now()
        station = Station(
            account=account,
            owner=caller.user,
            team=team,
            name=name,
            machine=dict(machine),
            token_digest=token_digest,
            expires_at=now + lifetime(),
            enrolled_at=now,
        )
        first_assignment(station, access.tree)
        station.save(force_insert=True)
        data = {
            **station_facts(station),
            "machine": dict(machine),
            "token_digest": token_digest,
            "enrolled_at": rfc3339(now),
            "assignment": assignment_facts(station),
        }
        record(caller=caller, action=STATION_ENROLLED.name, target=target_of(station), data=data)
        note_change(station.team_id)
    return station


def record_token(caller: Caller, station: Station, digest: str) -> None:
    """Give a station, whose row is locked, the token with that digest, in the caller's transaction."""
    station.token_digest = digest
    station.expires_at = database_now() + lifetime()
    station.save(update_fields=["token_digest", "former_digest", "former_until", "expires_at"])
    data = {**station_facts(station), "token_digest": digest}
    record(caller=caller, action=STATION_CHANGED.name, target=target_of(station), data=data)


def lock_station(station_id: UUID) -> Station:
    """A station, its row locked until the transaction ends. Raises `NotFound`."""
    rows = Station.objects.select_for_update(no_key=True, of=("self",)).select_related("team", "owner", "account")
    station = rows.filter(pk=station_id).first()
    if station is None:
        raise NotFound(_("Station not found."))
    return station


def target_of(station: Station) -> Target:
    """What events about a station are about: its id, which is that of its account."""
    return Target.of("station", station.pk)
