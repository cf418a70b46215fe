"""Sealing a team's next edition, and a station's assignment, in the transaction of what changes them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.keys.sealing import Sealed, seal
from audit.keys.text import rfc3339
from audit.services import Target, record
from kernel.errors import Conflict
from stages.fleet import events, live
from stages.fleet.choices import RequestKind, RequestState, StationState
from stages.fleet.editions import EDITION, MAX_TEXT, edition_members
from stages.fleet.models import Edition, Request, Station, Team
from stages.fleet.tree import Tree

ASSIGNMENT: Final = "assignment"


def seal_edition(caller: Caller, team: Team, *, cause: str) -> Edition:
    """Seal the next edition of a team whose row is locked, and send it after the commit. `cause` is an event's name.

    `ensure_site_key` comes before the transaction. Raises `Conflict` for an edition that would be too large.
    """
    now = timezone.now()
    sealed = seal(EDITION, edition_members(team, number=team.number + 1, at=now))
    if len(sealed.text.encode()) > MAX_TEXT:
        raise Conflict(_("The team's edition would be larger than 1 MiB."))
    before = Edition.objects.filter(team=team).aggregate(head=Max("number"))["head"] or 0
    edition = Edition(team=team, number=team.number + 1, text=sealed.text, key_id=sealed.key, cause=cause)
    edition.seal, edition.sealed_at = sealed.signature, now
    edition.save(force_insert=True)
    team.number = edition.number
    team.save(update_fields=["number"])
    data = {"team": events.team_facts(team), "number": edition.number, "cause": cause, "at": rfc3339(now)}
    data |= {"sha256": sealed.sha256, "key": sealed.key}
    record(caller=caller, action=events.EDITION_SEALED.name, target=Target.of("team", team.id), data=data)
    transaction.on_commit(partial(live.publish_edition, edition, after=before), robust=True)
    return edition


def first_assignment(station: Station, tree: Tree) -> None:
    """Seal the first assignment of a station that is about to be inserted."""
    station.assignment_number = 1
    _assign(station, _sealed(station, tree))


def renew_assignment(caller: Caller, station: Station, tree: Tree, *, facts: dict[str, Any] | None = None) -> None:
    """Seal the next assignment of a station whose row is locked, record it, and send it after the commit.

    `facts` are what changed besides. The row is saved with every column of the assignment, and with its team.
    """
    station.assignment_number += 1
    _assign(station, _sealed(station, tree))
    names = ["team", *("assignment", "assignment_number", "assignment_key", "assignment_seal")]
    station.save(update_fields=names)
    data = {**station_facts(station), **(facts or {}), "assignment": assignment_facts(station)}
    target = Target.of("station", station.pk)
    record(caller=caller, action=events.STATION_CHANGED.name, target=target, data=data)
    transaction.on_commit(partial(live.publish_assignment, station), robust=True)


def lock_stations_in(teams: Sequence[Team]) -> list[Station]:
    """The stations of some teams that are not revoked, their rows and accounts locked in the order of their ids."""
    stations = Station.objects.filter(team__in=teams).exclude(state=StationState.REVOKED).order_by("pk")
    locked = stations.select_for_update(no_key=True, of=("self", "account"))
    return list(locked.select_related("owner", "account"))


def station_facts(station: Station) -> dict[str, Any]:
    """How events name a station."""
    return {"name": station.name, "owner_id": str(station.owner_id), "team_id": str(station.team_id)}


def assignment_facts(station: Station) -> dict[str, Any]:
    """What events say of a station's assignment."""
    sha256 = Sealed(station.assignment, station.assignment_key_id, b"").sha256
    return {"number": station.assignment_number, "sha256": sha256, "key": station.assignment_key_id}


def exceptions_of(station: Station) -> list[dict[str, Any]]:
    """The exceptions of a station that hold now: accepted, not revoked, and not over."""
    held = Request.objects.filter(station=station, kind=RequestKind.EXCEPTION, state=RequestState.ACCEPTED)
    held = held.filter(Q(until=None) | Q(until__gt=timezone.now()), revoked_at=None).order_by("id")
    return [
        {
            "id": str(each.id),
            "directive": str(each.directive_id),
            "until": rfc3339(each.until) if each.until else None,
        }
        for each in held
    ]


def _sealed(station: Station, tree: Tree) -> Sealed:
    return seal(
        ASSIGNMENT,
        {
            "station": {"id": str(station.pk), "name": station.name, "owner": station.owner.username},
            "number": station.assignment_number,
            "at": rfc3339(timezone.now()),
            "teams": [str(team.id) for team in tree.path(station.team_id)],
            "exceptions": exceptions_of(station) if station.assignment_number > 1 else [],
        },
    )


def _assign(station: Station, sealed: Sealed) -> None:
    station.assignment, station.assignment_key_id = sealed.text, sealed.key
    station.assignment_seal = sealed.signature
