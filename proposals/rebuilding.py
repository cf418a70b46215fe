"""Proposals, rounds and votes, as the events say. Private proposals are no record, and are not looked at."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from audit.rebuilding.facts import Fact, Untrue, identity, moment
from audit.rebuilding.tables import Column, Rows, Table
from blobs.models import sha256_of
from blobs.rebuilding import BLOBS, name_contents
from kernel.canonical import canonical_hash
from proposals.models import Proposal, ProposalState, Round, Vote

_ENDS: Final = {
    "proposal.accepted": ProposalState.ACCEPTED,
    "proposal.rejected": ProposalState.REJECTED,
    "proposal.withdrawn": ProposalState.WITHDRAWN,
    "proposal.expired": ProposalState.EXPIRED,
}
_PRIVATE: Final = "of its author's private work; what was submitted is in its rounds"

PROPOSALS: Final = Table(
    Proposal,
    name="proposal",
    key=("id",),
    chain="project_id",
    columns={"description": Column(as_recorded=lambda text: sha256_of(text.encode()))},
    unrecorded={
        "contributors": _PRIVATE,
        "touched": _PRIVATE,
        "told_version": "which inbox lines were written",
        "client_ref": _PRIVATE,
        "request": _PRIVATE,
        "updated_at": _PRIVATE,
    },
)
ROUNDS: Final = Table(Round, name="round", key=("id",), chain="project_id")
VOTES: Final = Table(Vote, name="vote", key=("id",), chain="project_id")


@PROPOSALS.on("proposal.opened")
def _opened(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        author_id=UUID(fact.data["author"]["id"]),
        on_behalf_of_id=_person(fact.data["on_behalf_of"]),
        state=ProposalState.OPEN.value,
        number=fact.data["number"],
        origin_type=fact.data["origin"]["type"],
        origin_id=fact.data["origin"]["id"],
        opened_at=fact.at,
        ended_at=None,
        ended_by_id=None,
        reason="",
        draft_id=None,
        **_words(fact),
    )


@PROPOSALS.on("proposal.changed", "proposal.edited")
def _changed(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.target_id),), **_words(fact))


def _words(fact: Fact) -> dict[str, Any]:
    data = fact.data
    return {
        "title": data["title"],
        "description": data["description_sha256"],
        "expires_at": moment(data["expires_at"]),
    }


def _person(person: dict[str, Any] | None) -> UUID | None:
    return identity(person["id"]) if person else None


@PROPOSALS.on(*_ENDS)
def _ended(rows: Rows, fact: Fact) -> None:
    rows.change(
        fact,
        (UUID(fact.target_id),),
        state=_ENDS[fact.action].value,
        ended_at=fact.at,
        ended_by_id=fact.actor_id,
        reason=fact.record["reason"] or "",
    )


@PROPOSALS.on("draft.saved")
def _made_version(rows: Rows, fact: Fact) -> None:
    origin = fact.data.get("origin")
    if origin is not None and origin["type"] == "proposal":
        rows.change(fact, (UUID(origin["id"]),), draft_id=UUID(fact.target_id))


@ROUNDS.on("proposal.opened", "proposal.changed")
def _submitted(rows: Rows, fact: Fact) -> None:
    data = fact.data
    if canonical_hash({"v": 1, "changes": data["changes"]}) != data["digest"]:
        raise Untrue("its digest is not that of its changes")
    rows.put(
        fact,
        (UUID(data["round_id"]),),
        project_id=fact.project_id,
        proposal_id=UUID(fact.target_id),
        number=data["round"],
        changes=data["changes"],
        digest=data["digest"],
        contributors=data["contributors"],
        created_by_id=fact.actor_id,
        created_at=fact.at,
    )


@VOTES.on("proposal.opened", "proposal.changed")
def _voted_on(rows: Rows, fact: Fact) -> None:
    rows.memory[fact.target_id] = (fact.data["round"], fact.data["digest"], UUID(fact.data["round_id"]))


@VOTES.on("proposal.voted")
def _voted(rows: Rows, fact: Fact) -> None:
    data = fact.data
    number, digest, round_id = rows.memory[fact.target_id]
    if (number, digest) != (data["round"], data["digest"]):
        raise Untrue("it votes on another round than the newest")
    rows.put(
        fact,
        (UUID(data["vote_id"]),),
        project_id=fact.project_id,
        round_id=round_id,
        person_id=fact.actor_id,
        verdict=data["verdict"],
        comment=fact.record["reason"] or "",
        created_at=fact.at,
    )


@BLOBS.on("proposal.opened", "proposal.changed")
def _holds(rows: Rows, fact: Fact) -> None:
    contents = (side["after"] for side in fact.data["changes"].values())
    name_contents(rows, fact, (content.get("sha256") for content in contents if content))


TABLES: Final = (PROPOSALS, ROUNDS, VOTES)
