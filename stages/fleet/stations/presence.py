"""What a node reads and notes for all its stations each half minute."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.statements import run
from kernel.transactions import write_transaction
from stages.fleet.models import Station
from stages.fleet.sign_in.tokens import note_contact
from stages.fleet.stations.reading import read_heads


@dataclass(frozen=True, slots=True)
class Round:
    """What was found: the heads by the station's own team, the numbers of assignments by station."""

    now: datetime
    heads: Mapping[UUID, Mapping[UUID, int]]
    assignments: Mapping[UUID, int]


def read_round(stations: Sequence[UUID], teams: Collection[UUID]) -> Round:
    """Note that these stations are there, and read what they should know. Raises `Unavailable`."""
    with write_transaction():
        rows = Station.objects.filter(pk__in=stations)
        note_contact(rows)
        assignments = dict(rows.values_list("pk", "assignment_number"))
        heads = read_heads(teams)
        (row,) = run(("SELECT clock_timestamp()", []))
    return Round(row[0], heads, assignments)
