"""Rebuilds policies, releases and signatures from events. `publishing.verification` checks the seals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from audit.rebuilding.facts import Fact, Untrue
from audit.rebuilding.tables import AS_HEX, Column, Rows, Table
from blobs.models import sha256_of
from publishing.models import Policy, Release, ReleaseNotes, ReleaseState, Signature
from publishing.quorum import DEFAULT_RULES, fault_in_gates

POLICIES: Final = Table(Policy, name="policy", key=("project_id",), chain="project_id")


@POLICIES.on("policy.updated")
def _set(rows: Rows, fact: Fact) -> None:
    before = rows.columns((fact.project_id,)).get("proposals", {})
    proposals = fact.data.get("proposals", before)
    rows.put(fact, (fact.project_id,), rules=fact.data["rules"], proposals=proposals)


def _authors(authors: list[UUID]) -> list[str]:
    return sorted(map(str, authors))


RELEASES: Final = Table(
    Release,
    name="release",
    key=("id",),
    chain="project_id",
    columns={
        "authors": Column(as_recorded=_authors),
        "draft_id": Column(("draft__project_id", "draft__version_number", "draft__content_hash")),
    },
)
_ENDS: Final = {
    "release.released": ReleaseState.RELEASED,
    "release.rejected": ReleaseState.REJECTED,
    "release.withdrawn": ReleaseState.WITHDRAWN,
}


@RELEASES.on("policy.updated")
def _in_force(rows: Rows, fact: Fact) -> None:
    rows.memory[fact.chain] = fact.data["rules"]


def _check_gates(rules: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    what = fault_in_gates(rules, data.get("gates", {}))
    if what:
        raise Untrue(what)


@RELEASES.on("release.submitted")
def _submitted(rows: Rows, fact: Fact) -> None:
    data = fact.data
    if data["rules"] != rows.memory.get(fact.chain, DEFAULT_RULES):
        raise Untrue("its policy is not the one that the project had")
    _check_gates(data["rules"], data)
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        draft_id=(fact.project_id, data["version"], data["content_hash"].removeprefix("sha256:")),
        name=data["name"],
        rules=data["rules"],
        authors=sorted(each["id"] for each in data["authors"]),
        authors_sign=data["authors_sign"],
        state=ReleaseState.IN_REVIEW.value,
        submitted_by_id=fact.actor_id,
        submitted_at=fact.at,
        ended_at=None,
        ended_by_id=None,
        reason="",
    )


@RELEASES.on(*_ENDS)
def _ended(rows: Rows, fact: Fact) -> None:
    if fact.action == "release.released":
        _check_gates(rows.columns((UUID(fact.target_id),)).get("rules", {}), fact.data)
    rows.change(
        fact,
        (UUID(fact.target_id),),
        state=_ENDS[fact.action].value,
        ended_at=fact.at,
        ended_by_id=fact.actor_id,
        reason=fact.record["reason"] or "",
    )


RELEASE_NOTES: Final = Table(
    ReleaseNotes,
    name="release notes",
    key=("id",),
    chain="project_id",
    columns={"text": Column(as_recorded=lambda text: sha256_of(text.encode()))},
)


@RELEASE_NOTES.on("release.notes_written")
def _noted(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        release_id=UUID(fact.data["release_id"]),
        revision=fact.data["revision"],
        text=fact.data["text_sha256"],
        author_id=fact.actor_id,
        written_at=fact.at,
    )


_SEALED: Final = "in the sealed statement, which the check of signatures compares with it"
SIGNATURES: Final = Table(
    Signature,
    name="signature",
    key=("id",),
    chain="project_id",
    columns={"text": Column(as_recorded=lambda text: sha256_of(text.encode())), "seal": AS_HEX},
    unrecorded={"comment": _SEALED, "signed_at": _SEALED},
)


@SIGNATURES.on("release.signed")
def _signed(rows: Rows, fact: Fact) -> None:
    data = fact.data
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        release_id=UUID(data["release_id"]),
        signer_id=fact.actor_id,
        meaning=data["meaning"],
        text=data["statement"],
        seal=data["seal"],
        key_id=data["key"],
        credential=fact.recorded("credential"),
    )


TABLES: Final = (POLICIES, RELEASES, RELEASE_NOTES, SIGNATURES)
