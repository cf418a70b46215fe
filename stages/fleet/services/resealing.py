"""After the site's key was replaced: what stations obey is sealed anew, since a retired key seals nothing for them."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from django.db.models import F, QuerySet

from accounts.callers import Caller, foundry_caller
from audit.keys.private import private_key_if_any
from audit.keys.sealing import ensure_site_key
from audit.keys.succession import KEY_ADDED
from audit.keys.text import fingerprint_of, public_bytes
from kernel.errors import DomainError
from kernel.transactions import write_transaction
from stages.fleet.choices import StationState
from stages.fleet.models import Edition, Station
from stages.fleet.services.sealing import renew_assignment, seal_edition
from stages.fleet.services.writing import lock_team
from stages.fleet.tree import read_tree

logger = logging.getLogger(__name__)

# Of each kind in one run; the next run goes on.
MAX_AT_ONCE: Final = 500


def seal_anew() -> int:
    """Seal the newest editions and the assignments that another key than the present one has sealed; answers how many.

    Each is a transaction of its own, with its event: what cannot be sealed keeps nothing else from it. Raises
    `Unavailable` where this server's key is not the site's.
    """
    own = private_key_if_any()
    if own is None:
        return 0
    key = fingerprint_of(public_bytes(own))
    teams = list(_editions_of_another(key)[:MAX_AT_ONCE])
    stations = list(_stations_of_another(key)[:MAX_AT_ONCE])
    if not teams and not stations:
        return 0
    caller = foundry_caller()
    ensure_site_key(caller=caller)
    done = sum(_edition_sealed(caller, each, key) for each in teams)
    return done + sum(_assignment_sealed(caller, each, key) for each in stations)


def _editions_of_another(key: str) -> QuerySet[Edition, UUID]:
    newest = Edition.objects.filter(number=F("team__number"), team__archived_at=None)
    return newest.exclude(key=key).order_by("team_id").values_list("team_id", flat=True)


def _stations_of_another(key: str) -> QuerySet[Station, UUID]:
    stations = Station.objects.exclude(state=StationState.REVOKED).exclude(assignment_key=key)
    return stations.order_by("pk").values_list("pk", flat=True)


def _edition_sealed(caller: Caller, team_id: UUID, key: str) -> bool:
    try:
        with write_transaction():
            team = lock_team(team_id)
            if not Edition.objects.filter(team=team, number=team.number).exclude(key=key).exists():
                return False
            seal_edition(caller, team, cause=KEY_ADDED)
    except DomainError as error:
        logger.warning("The edition of team %s could not be sealed anew: %s", team_id, error)
        return False
    return True


def _assignment_sealed(caller: Caller, station_id: UUID, key: str) -> bool:
    try:
        with write_transaction():
            rows = Station.objects.select_for_update(no_key=True, of=("self", "account"))
            rows = rows.exclude(state=StationState.REVOKED).exclude(assignment_key=key)
            station = rows.select_related("owner", "account").filter(pk=station_id).first()
            if station is None:
                return False
            renew_assignment(caller, station, read_tree())
    except DomainError as error:
        logger.warning("The assignment of station %s could not be sealed anew: %s", station_id, error)
        return False
    return True
