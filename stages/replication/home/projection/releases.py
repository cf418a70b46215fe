"""The releases of home with their signatures, whose seals are verified here where their statements are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.models import Person
from publishing.models import ReleaseState
from stages.replication.home.named import NOTES, SIGNED
from stages.replication.home.projection.facts import CopiedFact, facts_of
from stages.replication.home.projection.shapes import Noted, Signed, Submitted, fit, is_identity
from stages.replication.models import CopiedEvent

SUBMITTED: Final = "release.submitted"
_ENDS: Final = {
    "release.released": ReleaseState.RELEASED,
    "release.rejected": ReleaseState.REJECTED,
    "release.withdrawn": ReleaseState.WITHDRAWN,
}
ACTIONS: Final = (SUBMITTED, SIGNED, NOTES, *_ENDS)


@dataclass(frozen=True, slots=True)
class CopiedSignature:
    """A signature of home: who, when, in which meaning. `statement` is the SHA-256 of the sealed text.

    Of one that is not `is_readable` only who and when is known.
    """

    id: str
    signer: Person
    at: datetime
    meaning: str = ""
    statement: str = ""
    seal: bytes = b""
    key: str = ""
    is_readable: bool = True


@dataclass(slots=True)
class CopiedRelease:
    """A release of home, with its signatures in their order; `notes` is the SHA-256 of its newest notes.

    Of one that is not `is_readable` only the event `seq` that submitted it and its time are known.
    """

    id: str
    seq: int
    submitted_by: Person
    submitted_at: datetime
    name: str = ""
    version: int | None = None
    content_hash: str = ""
    is_readable: bool = True
    state: str = ReleaseState.IN_REVIEW.value
    ended_at: datetime | None = None
    ended_by: Person | None = None
    reason: str = ""
    notes: str = ""
    signatures: list[CopiedSignature] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Its state in words."""
        return str(ReleaseState(self.state).label)

    @property
    def is_released(self) -> bool:
        return self.state == ReleaseState.RELEASED.value


def count_releases(project_id: UUID) -> int:
    """How many releases the copy has."""
    return CopiedEvent.objects.filter(project=project_id, action=SUBMITTED).count()


def releases_of(project_id: UUID) -> list[CopiedRelease]:
    """All releases that the copy has, newest first."""
    found: dict[str, CopiedRelease] = {}
    for fact in facts_of(project_id, *ACTIONS):
        _apply(found, fact)
    return sorted(found.values(), key=lambda release: release.submitted_at, reverse=True)


def _apply(found: dict[str, CopiedRelease], fact: CopiedFact) -> None:
    data = fact.data
    if fact.action == SUBMITTED:
        found[fact.target_id] = _submitted(fact)
        return
    release = found.get(str(data.get("release_id", fact.target_id)))
    if release is None:
        return
    if fact.action == SIGNED:
        release.signatures.append(_signature(fact))
    elif fact.action == NOTES:
        noted = fit(Noted, data)
        release.notes = noted.text_sha256 if noted else ""
    else:
        release.state = _ENDS[fact.action].value
        release.ended_at, release.ended_by, release.reason = fact.at, fact.person, fact.reason


def _submitted(fact: CopiedFact) -> CopiedRelease:
    submitted = fit(Submitted, fact.data)
    if submitted is None or not is_identity(fact.target_id):
        return CopiedRelease(str(UUID(int=0)), fact.seq, fact.person, fact.at, is_readable=False)
    return CopiedRelease(
        id=fact.target_id,
        seq=fact.seq,
        submitted_by=fact.person,
        submitted_at=fact.at,
        name=submitted.name,
        version=submitted.version,
        content_hash=submitted.content_hash,
    )


def _signature(fact: CopiedFact) -> CopiedSignature:
    signed = fit(Signed, fact.data)
    if signed is None:
        return CopiedSignature(fact.target_id, fact.person, fact.at, is_readable=False)
    return CopiedSignature(
        id=fact.target_id,
        signer=fact.person,
        at=fact.at,
        meaning=signed.meaning,
        statement=signed.statement,
        seal=bytes.fromhex(signed.seal),
        key=signed.key,
    )
