"""What a node reads and notes for all its stations each half minute."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models.functions import Now

from kernel.statements import run
from kernel.transactions import unavailable_on_timeout
from stages.fleet.models import Station
from stages.fleet.sign_in.tokens import TOUCH_INTERVAL, lifetime

# Every team asked for, with the teams from it up to the root and the newest edition of each.
_HEADS: Final = """
WITH RECURSIVE up AS (
    SELECT id AS own, id, parent_id, 0 AS height FROM fleet_team WHERE id = ANY(%s::uuid[])
    UNION ALL
    SELECT up.own, team.id, team.parent_id, up.height + 1 FROM fleet_team AS team JOIN up ON team.id = up.parent_id
)
SELECT up.own, up.id, coalesce(
    (SELECT number FROM fleet_edition WHERE team_id = up.id ORDER BY number DESC LIMIT 1), 0)
FROM up ORDER BY up.own, up.height DESC
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What was found: the heads by the station's own team, the numbers of assignments by station."""

    now: datetime
    heads: Mapping[UUID, Mapping[UUID, int]]
    assignments: Mapping[UUID, int]


def read_round(stations: Sequence[UUID], teams: Collection[UUID]) -> Round:
    """Note that these stations are there, and read what they should know. Raises `Unavailable`."""
    with unavailable_on_timeout():
        rows = Station.objects.filter(pk__in=stations)
        rows.filter(last_seen_at__lt=Now() - TOUCH_INTERVAL).update(last_seen_at=Now(), expires_at=Now() + lifetime())
        assignments = dict(rows.values_list("pk", "assignment_number"))
        heads: dict[UUID, dict[UUID, int]] = {}
        for own, team_id, number in run((_HEADS, [list(teams)])):
            heads.setdefault(own, {})[team_id] = number
        (row,) = run(("SELECT clock_timestamp()", []))
    return Round(row[0], heads, assignments)
