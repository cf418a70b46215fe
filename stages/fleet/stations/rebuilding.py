"""Stations as the events of the site's chain say; reports are compared with the hashes that are recorded of them."""

from __future__ import annotations

import hashlib
from typing import Any, Final
from uuid import UUID

from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import Column, Key, Rows, Table
from stages.fleet.choices import StationState
from stages.fleet.events import (
    REPORTS_RECORDED,
    STATION_CHAIN_BROKEN,
    STATION_CHANGED,
    STATION_ENROLLED,
    STATION_REVOKED,
)
from stages.fleet.models import Station

# Why these tables are not rebuilt from events.
BY_HASH: Final = "each station's chain is compared with the hashes in the events (records of stations)"
SAID: Final = "what stations last said; their reports are the record"
TRANSIENT: Final = "sign-ins that wait for a decision for some minutes; whoever is let in is an event"

_BY_CHAIN: Final = "compared with the station's reports (records of stations)"
_CREDENTIAL: Final = "ends by itself; which token counts is in the events"

STATIONS: Final = Table(
    Station,
    name="station",
    key=("account_id",),
    columns={"assignment": Column(as_recorded=lambda text: hashlib.sha256(text.encode()).hexdigest())},
    unrecorded={
        **dict.fromkeys(("head_seq", "head_hash"), _BY_CHAIN),
        **dict.fromkeys(("former_digest", "former_until", "expires_at"), _CREDENTIAL),
        "last_seen_at": "a note, exact to about half a minute",
        "assignment_seal": "checked with its text (records of stations)",
    },
)
TABLES: Final = (STATIONS,)


@STATIONS.on(STATION_ENROLLED.name)
def _enrolled(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        _key(fact),
        owner_id=UUID(fact.data["owner_id"]),
        team_id=UUID(fact.data["team_id"]),
        name=fact.data["name"],
        machine=fact.data["machine"],
        token_digest=fact.data["token_digest"],
        enrolled_at=fact.recorded_time("enrolled_at"),
        state=StationState.ACTIVE.value,
        revoked_at=None,
        recorded_seq=0,
        **_assignment(fact),
    )


@STATIONS.on(STATION_CHANGED.name)
def _changed(rows: Rows, fact: Fact) -> None:
    columns: dict[str, Any] = {"name": fact.data["name"], "team_id": UUID(fact.data["team_id"])}
    if "token_digest" in fact.data:
        columns["token_digest"] = fact.data["token_digest"]
    rows.change(fact, _key(fact), **columns, **_assignment(fact))


@STATIONS.on(STATION_CHAIN_BROKEN.name)
def _broken(rows: Rows, fact: Fact) -> None:
    rows.change(fact, _key(fact), state=StationState.BROKEN.value)


@STATIONS.on(STATION_REVOKED.name)
def _revoked(rows: Rows, fact: Fact) -> None:
    rows.change(fact, _key(fact), state=StationState.REVOKED.value, revoked_at=fact.at)


@STATIONS.on(REPORTS_RECORDED.name)
def _recorded(rows: Rows, fact: Fact) -> None:
    for station, seq, _hash in fact.data["heads"]:
        rows.change(fact, (UUID(station),), recorded_seq=seq)


def _key(fact: Fact) -> Key:
    return (UUID(fact.target_id),)


def _assignment(fact: Fact) -> dict[str, Any]:
    """The columns of the assignment that the event sealed, if it did."""
    sealed = fact.data.get("assignment")
    if sealed is None:
        return {}
    return {
        "assignment": sealed["sha256"],
        "assignment_number": sealed["number"],
        "assignment_key_id": sealed["key"],
    }
