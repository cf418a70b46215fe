"""Sites and invitations as the events say: what was decided about them. What sites say over links is no record."""

from __future__ import annotations

import hashlib
from typing import Any, Final
from uuid import UUID

from audit.rebuilding.facts import Fact, moment
from audit.rebuilding.tables import AS_HEX, Column, Rows, Table
from stages.replication.admission import events
from stages.replication.models import Invitation, Peer

_HEX_OR_NONE: Final = Column(as_recorded=lambda data: bytes(data).hex() if data is not None else None)
_FROM_LINK: Final = "what the site last said over a link"
# The members of an event that are columns as they are.
_SAID: Final = ("name", "address", "address_unconfirmed", "rights", "copies", "is_home", "introduced_by")


def _digest(certificate: str) -> str:
    """What an event says of a certificate."""
    return hashlib.sha256(certificate.encode()).hexdigest() if certificate else ""


PEERS: Final = Table(
    Peer,
    name="site of a project",
    key=("id",),
    chain="project_id",
    columns={
        "key": AS_HEX,
        "introduced_by": _HEX_OR_NONE,
        "cut_hash": _HEX_OR_NONE,
        "certificate": Column(as_recorded=_digest),
    },
    unrecorded={
        **dict.fromkeys(
            ("clock", "state_hash", "head_number", "last_seen_at", "connected_at", "skew_ms", "remaining", "alarm"),
            _FROM_LINK,
        ),
        **dict.fromkeys(("node", "claimed_until"), "which node dials it now"),
    },
)
INVITATIONS: Final = Table(
    Invitation,
    name="invitation of a site",
    key=("id",),
    chain="project_id",
    columns={"code_hash": AS_HEX, "used_by": _HEX_OR_NONE},
)
TABLES: Final = (PEERS, INVITATIONS)


def _peer_id(fact: Fact) -> UUID:
    return UUID(fact.data["peer_id"])


def _decided(fact: Fact) -> dict[str, Any]:
    """The columns that every event about a site has."""
    data = fact.data
    return {
        "project_id": fact.project_id,
        "key": data["site"],
        "site_id": UUID(data["site_id"]) if data["site_id"] else None,
        "certificate": data["certificate_sha256"],
        **{name: data[name] for name in _SAID},
    }


def _cut(fact: Fact) -> dict[str, Any]:
    cut = fact.data["cut"]
    return {"revoked_at": fact.at, "cut_number": cut["number"], "cut_hash": cut["hash"]}


def _put(rows: Rows, fact: Fact, **columns: Any) -> None:
    """A site as it is from now on; what others have revoked stays as it said."""
    said = rows.columns((_peer_id(fact),)).get("revocations", {})
    never = dict.fromkeys(("admitted_by_id", "admitted_at", "revoked_at", "cut_number", "cut_hash"))
    rows.put(fact, (_peer_id(fact),), **_decided(fact), revocations=said, **{**never, **columns})
    rows.memory[fact.project_id, fact.data["site"]] = _peer_id(fact)


@PEERS.on(events.ADMITTED, events.JOINED)
def _admitted(rows: Rows, fact: Fact) -> None:
    _put(rows, fact, admitted_by_id=fact.actor_id, admitted_at=fact.at)


@PEERS.on(events.INTRODUCED)
def _introduced(rows: Rows, fact: Fact) -> None:
    _put(rows, fact)


@PEERS.on(events.RIGHTS_CHANGED)
def _rights_changed(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (_peer_id(fact),), **_decided(fact))


@PEERS.on(events.REVOKED)
def _revoked(rows: Rows, fact: Fact) -> None:
    key = (_peer_id(fact),)
    rows.change(fact, key, **_cut(fact))
    if rows.columns(key).get("admitted_at") is None:
        # Revoked as another site has, without having been admitted here.
        rows.change(fact, key, admitted_by_id=fact.actor_id, admitted_at=fact.at)


@PEERS.on(events.CUT_MOVED)
def _cut_moved(rows: Rows, fact: Fact) -> None:
    cut = fact.data["cut"]
    rows.change(fact, (_peer_id(fact),), cut_number=cut["number"], cut_hash=cut["hash"])


@PEERS.on(events.KEY_CHANGED)
def _key_changed(rows: Rows, fact: Fact) -> None:
    before = (UUID(fact.data["before_peer_id"]),)
    _put(rows, fact, admitted_by_id=rows.columns(before).get("admitted_by_id"), admitted_at=fact.at)
    rows.change(fact, before, is_home=False, **_cut(fact))


@PEERS.on(events.REVOCATION_REPORTED)
def _reported(rows: Rows, fact: Fact) -> None:
    by = rows.memory.get((fact.project_id, fact.data["by"]))
    if by is not None:
        said = {**fact.data["cut"], "at": fact.at.isoformat()}
        known = rows.columns((by,)).get("revocations", {})
        rows.change(fact, (by,), revocations={**known, fact.data["site"]: said})


@INVITATIONS.on(events.INVITED)
def _invited(rows: Rows, fact: Fact) -> None:
    data = fact.data
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        code_hash=data["code_hash"],
        rights=data["rights"],
        copies=data["copies"],
        created_by_id=fact.actor_id,
        created_at=moment(data["created_at"]),
        expires_at=moment(data["expires_at"]),
        used_at=None,
        used_by=None,
        withdrawn_at=None,
    )


@INVITATIONS.on(events.WITHDRAWN)
def _withdrawn(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), withdrawn_at=fact.at)


@INVITATIONS.on(events.ADMITTED)
def _used(rows: Rows, fact: Fact) -> None:
    if fact.data["invitation_id"]:
        rows.change(fact, (UUID(fact.data["invitation_id"]),), used_at=fact.at, used_by=fact.data["site"])
