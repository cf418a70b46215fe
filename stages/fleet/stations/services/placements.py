"""What stations say of their directives, for many stations in one statement. No record: reports are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.statements import run
from kernel.transactions import write_transaction

# What is not a directive of the station's teams is left out. The newest statement of a station counts.
_UPSERT: Final = """
WITH RECURSIVE given AS (
    SELECT * FROM unnest(
        %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::jsonb[], %s::int[], %s::timestamptz[]
    ) AS given (station_id, directive_id, state, sha256, files, edition, until)
), up AS (
    SELECT station.account_id AS station_id, station.team_id
    FROM fleet_station AS station WHERE station.account_id IN (SELECT station_id FROM given)
    UNION ALL
    SELECT up.station_id, team.parent_id FROM up JOIN fleet_team AS team ON team.id = up.team_id
    WHERE team.parent_id IS NOT NULL
)
INSERT INTO fleet_placement AS placement
    (station_id, directive_id, state, sha256, files, edition, until, changed_at)
SELECT given.station_id, given.directive_id, given.state, given.sha256, given.files, given.edition, given.until,
    clock_timestamp()
FROM given
JOIN fleet_directive AS directive ON directive.id = given.directive_id
JOIN up ON up.station_id = given.station_id AND up.team_id = directive.team_id
ORDER BY given.station_id, given.directive_id
ON CONFLICT (station_id, directive_id) DO UPDATE
SET (state, sha256, files, edition, until, changed_at) =
    (excluded.state, excluded.sha256, excluded.files, excluded.edition, excluded.until, excluded.changed_at)
WHERE (placement.state, placement.sha256, placement.files, placement.edition, placement.until)
    IS DISTINCT FROM (excluded.state, excluded.sha256, excluded.files, excluded.edition, excluded.until)
RETURNING placement.directive_id
"""


@dataclass(frozen=True, slots=True)
class NewPlacement:
    """What a station says of a directive: `files` are the places, as it names them; `until` when a drift is over."""

    station_id: UUID
    directive_id: UUID
    state: str
    sha256: str
    files: tuple[str, ...]
    edition: int
    until: datetime | None


def put_placements(*, placements: Sequence[NewPlacement]) -> set[UUID]:
    """Store what stations say now, the last one of a station and a directive; answers the directives that changed."""
    newest = {(each.station_id, each.directive_id): each for each in placements}
    if not newest:
        return set()
    rows = list(newest.values())
    columns = [
        [each.station_id for each in rows],
        [each.directive_id for each in rows],
        [each.state for each in rows],
        [each.sha256 for each in rows],
        [json.dumps(each.files) for each in rows],
        [each.edition for each in rows],
        [each.until for each in rows],
    ]
    with write_transaction():
        return {row[0] for row in run((_UPSERT, columns))}
