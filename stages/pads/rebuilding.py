"""Pads as the events say. What is typed is no event: revisions are compared with the hashes that are recorded."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import AS_HEX, Rows, Table
from stages.pads.models import Pad

# Why writers and revisions are not rebuilt from events.
BY_HASH: Final = "the log of each pad is compared with the hashes in its events (records of pads)"
CACHE: Final = "a cache of the log, compared with it (records of pads)"

_BY_LOG: Final = "compared with the log (records of pads)"

PADS: Final = Table(
    Pad,
    name="pad",
    key=("id",),
    chain="project_id",
    columns={"recorded_hash": AS_HEX},
    unrecorded={
        **dict.fromkeys(("head", "epoch", "length", "size", "log_hash"), _BY_LOG),
        "next_writer": "compared with the writers (records of pads)",
        "changed_at": "when it was written in the last time, for lists; each revision has its own time",
    },
)
TABLES: Final = (PADS,)
_DESCRIBED: Final = ("name", "language", "target_field")


@PADS.on("pad.created")
def _created(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        created_by_id=fact.actor_id,
        created_at=fact.at,
        closed_at=None,
        recorded=0,
        recorded_hash="",
        **{name: fact.data[name] for name in _DESCRIBED},
    )


@PADS.on("pad.updated")
def _updated(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), **fact.data["after"])


@PADS.on("pad.closed")
def _closed(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), closed_at=fact.at)


@PADS.on("pad.reopened")
def _reopened(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), closed_at=None)


@PADS.on("pad.recorded")
def _recorded(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), recorded=fact.data["revision"], recorded_hash=fact.data["log_hash"])
