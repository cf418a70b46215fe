"""What stations get: their state as of one moment, their teams' editions, and the texts of these."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from audit.keys.succession import site_keys
from audit.keys.text import rfc3339
from blobs.models import Blob
from kernel.errors import DomainError, NotFound
from kernel.statements import run
from stages.fleet.choices import StationState
from stages.fleet.live import edition_body, texts_of
from stages.fleet.models import Edition, Station
from stages.fleet.stations.services.reports import Acknowledged

# The texts of one answer; a station asks again for the rest.
MAX_TEXTS: Final = 200
MAX_TEXT_BYTES: Final = 4 * 1024 * 1024
# A station may still ask for the texts of an edition that was replaced a moment ago.
_RECENT: Final = 3

# For each team given, the teams from the root to it, with the number of the newest edition.
_PATHS: Final = """
WITH RECURSIVE up AS (
    SELECT id AS own, id, parent_id, 0 AS height FROM fleet_team WHERE id = ANY(%s::uuid[])
    UNION ALL
    SELECT up.own, team.id, team.parent_id, up.height + 1 FROM fleet_team AS team JOIN up ON team.id = up.parent_id
)
SELECT up.own, up.id, coalesce(
    (SELECT number FROM fleet_edition WHERE team_id = up.id ORDER BY number DESC LIMIT 1), 0)
FROM up ORDER BY up.own, up.height DESC
"""
_TEXT: Final = """
SELECT given.sha256 FROM unnest(%s::text[]) AS given (sha256)
WHERE EXISTS (
    SELECT 1 FROM unnest(%s::uuid[]) AS team (id), LATERAL (
        SELECT text FROM fleet_edition WHERE team_id = team.id ORDER BY number DESC LIMIT %s
    ) AS edition
    WHERE position('"sha256":"' || given.sha256 || '"' IN edition.text) > 0
)
"""


@dataclass(frozen=True, slots=True)
class StationNow:
    """A station as of one moment. `heads` are the newest editions of its teams, from the root to its own."""

    station: Station
    heads: Mapping[UUID, int]
    now: datetime

    @property
    def teams(self) -> tuple[UUID, ...]:
        return tuple(self.heads)

    @property
    def assignment(self) -> dict[str, str]:
        """Its sealed text, as stations get it; the seal in lowercase hex."""
        station = self.station
        key, seal = station.assignment_key_id, bytes(station.assignment_seal)
        return {"text": station.assignment, "key": key, "seal": seal.hex()}


def read_station(station_id: UUID) -> StationNow:
    """A station that is not revoked. Raises `NotFound`."""
    (found,) = read_stations([station_id])
    if isinstance(found, DomainError):
        raise found
    return found


def read_stations(station_ids: Sequence[UUID]) -> list[StationNow | DomainError]:
    """The same for many stations: for each its state, or what it is refused with."""
    rows = Station.objects.select_related("team", "owner").defer(*_unseen("owner")).exclude(state=StationState.REVOKED)
    found = rows.in_bulk(set(station_ids))
    (row,) = run(("SELECT clock_timestamp()", []))
    heads = read_heads({each.team_id for each in found.values()})

    def of(station_id: UUID) -> StationNow | DomainError:
        station = found.get(station_id)
        if station is None:
            return NotFound(_("Station not found."))
        return StationNow(station, heads[station.team_id], row[0])

    return [of(each) for each in station_ids]


def read_heads(team_ids: Collection[UUID]) -> dict[UUID, dict[UUID, int]]:
    """For each team, the teams from the root to it, with the numbers of their newest editions."""
    heads: dict[UUID, dict[UUID, int]] = {}
    for own, team_id, number in run((_PATHS, [list(team_ids)])):
        heads.setdefault(own, {})[team_id] = number
    return heads


def snapshot_of(state: StationNow, keys: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The first notification that a station gets."""
    station = state.station
    return {
        "now": rfc3339(state.now),
        "station": {
            "id": str(station.pk),
            "name": station.name,
            "owner": station.owner.person(),
            "team": {"id": str(station.team_id), "name": station.team.name},
        },
        "assignment": state.assignment,
        "keys": keys,
        "acknowledged": Acknowledged.of(station).body(),
        "heads": heads_body(state.heads),
    }


def heads_body(heads: Mapping[UUID, int]) -> dict[str, int]:
    """Numbers of editions by team, as stations get them."""
    return {str(team_id): number for team_id, number in heads.items()}


def keys_body() -> list[dict[str, Any]]:
    """The site's keys, the oldest first, each with the succession by which the one before it endorsed it."""
    keys = site_keys()
    known = keys.known()
    return [
        {
            "fingerprint": each.fingerprint,
            "public_key": each.public_key.hex(),
            "endorsement": each.endorsement.data() if each.endorsement else None,
        }
        for each in keys.recorded.values()
        if each.fingerprint in known
    ]


def editions_since(team_id: UUID, teams: Mapping[UUID, int]) -> dict[str, Any]:
    """The newest editions of some teams of a station in `team_id`, where they are newer than the numbers given.

    An edition says all that holds, so those between are left out. Raises `NotFound` for a team that is not the
    station's.
    """
    heads = read_heads([team_id])[team_id]
    _require_own(teams, heads)
    newer = [each for each, number in teams.items() if heads[each] > number]
    editions = [Edition.objects.get(team=each, number=heads[each]) for each in newer]
    return {"editions": [edition_body(each, texts_of(each)) for each in editions]}


def texts(team_id: UUID, hashes: Collection[str]) -> dict[str, Any]:
    """Texts by their SHA-256, as many as one answer holds; only those that an edition of the station's teams names.

    Raises `NotFound` for any other.
    """
    wanted = sorted(set(hashes))
    named = {row[0] for row in run((_TEXT, [wanted, list(read_heads([team_id])[team_id]), _RECENT]))}
    if missing := set(wanted) - named:
        raise NotFound(_("No edition of this station's teams has the text {sha256}.").format(sha256=min(missing)))
    sizes = dict(Blob.objects.filter(pk__in=wanted).values_list("sha256", "size"))
    fitting, room = [], MAX_TEXT_BYTES
    for each in wanted:
        if sizes[each] <= room:
            fitting.append(each)
            room -= sizes[each]
    return {"texts": {blob.sha256: blob.text for blob in Blob.objects.filter(pk__in=fitting)}}


def _require_own(teams: Collection[UUID], heads: Collection[UUID]) -> None:
    if strange := set(teams) - set(heads):
        raise NotFound(_("The team {team} is not this station's.").format(team=min(strange)))


def _unseen(person: str) -> list[str]:
    seen = {"id", "display_name", "kind"}
    columns = (field.name for field in User._meta.concrete_fields)  # noqa: SLF001 - documented
    return [f"{person}__{name}" for name in columns if name not in seen]
