"""Rebuilding leases and sessions from the events of the locks (control c22)."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from audit.models import SITE_CHAIN
from audit.rebuilding.facts import UNRECORDED, Fact, ShortlyBefore, identity, moment
from audit.rebuilding.tables import Key, Rows, Table
from locking.leases import momentary_lease_id
from locking.models import EndReason, Lease, Session

LEASES: Final = Table(Lease, name="lease", key=("project_id", "token", "field"), chain="project_id")


@LEASES.on("lock.acquired", "lock.handed_over", "lock.taken_over")
def _started(rows: Rows, fact: Fact) -> None:
    data = fact.data
    if "ended" in data:
        _succeeded(rows, fact)
    rows.put(
        fact,
        (fact.project_id, fact.seq, data["field"]),
        lease_id=UUID(fact.target_id),
        user_id=UUID(data["holder"]["id"]),
        session_id=UUID(data["session_id"]),
        started_at=fact.at,
        ended_at=None,
        end_reason=None,
    )


def _succeeded(rows: Rows, fact: Fact) -> None:
    """The lease before it ended with the same event, or a moment before."""
    ended = fact.data["ended"]
    at = moment(ended["ended_at"]) if fact.is_complete else ShortlyBefore(fact.at)
    key = (fact.project_id, ended["token"], fact.data["field"])
    rows.change(fact, key, ended_at=at, end_reason=fact.action.removeprefix("lock."))


@LEASES.on("lock.released")
def _released(rows: Rows, fact: Fact) -> None:
    key = (fact.project_id, fact.data["token"], fact.data["field"])
    rows.change(fact, key, ended_at=_end(rows, fact, key), end_reason=fact.data["why"])


def _end(rows: Rows, fact: Fact, key: Key) -> Any:
    if not fact.is_complete:
        return ShortlyBefore(fact.at)
    # The clock may have been set back since the lease began.
    return max(fact.at, rows.columns(key).get("started_at", fact.at))


@LEASES.on("draft.saved")
def _momentary(rows: Rows, fact: Fact) -> None:
    """A version that was saved without locks held its fields for that moment."""
    if "tokens" in fact.data:
        return
    for field in fact.data["changed_fields"]:
        rows.put(
            fact,
            (fact.project_id, fact.seq, field),
            lease_id=momentary_lease_id(fact.project_id, fact.seq, field) if fact.is_complete else UNRECORDED,
            user_id=fact.actor_id,
            session_id=None,
            started_at=fact.at,
            ended_at=fact.at,
            end_reason=EndReason.SAVED.value,
        )


SESSIONS: Final = Table(
    Session,
    name="session",
    key=("id",),
    chain="project_id",
    # One that never wrote anything gives nothing to anybody.
    only_recorded=True,
    unrecorded={
        "credential": "says only with which sign-in the session ends; its own credential is asked for at every request",
        "connection": "counts the sockets of a session; no record",
        "resume_digest": "changes with every connection; whoever has no fitting secret gets a session of their own",
        "opened_at": "no record: what the session did has its events",
        "disconnected_at": "no record: what the session did has its events",
    },
)


@SESSIONS.on_every_event
def _acted(rows: Rows, fact: Fact) -> None:
    if fact.chain != SITE_CHAIN and fact.record["session"]:
        _belongs(rows, fact, fact.record["session"], fact.actor_id)


@SESSIONS.on("lock.acquired", "lock.handed_over", "lock.taken_over")
def _holds(rows: Rows, fact: Fact) -> None:
    _belongs(rows, fact, fact.data["session_id"], identity(fact.data["holder"]["id"]))


def _belongs(rows: Rows, fact: Fact, session: str, person: UUID | None) -> None:
    rows.change(fact, (UUID(session),), project_id=fact.project_id, user_id=person)


TABLES: Final = (LEASES, SESSIONS)
