"""Bundles that another site sends come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from accounts.callers import foundry_caller
from kernel.statements import database_now, run
from projects.writing import upkeep_write
from stages.registers.fold.wire import WireBundle
from stages.registers.storing.storage import PostgresStorage
from stages.replication.admission.statements import fresh_statements, keep_statements
from stages.replication.choices import HeldReason
from stages.replication.held.keeping import keep
from stages.replication.held.taking import Taking
from stages.replication.ingest.examining import Refused, examine, is_wrong
from stages.replication.ingest.knowledge import Knowledge
from stages.replication.ingest.reading import SiteClock, clock_of_heads
from stages.replication.ingest.taking import take_in
from stages.replication.models import HeldBundle
from stages.replication.notices import notice_refused
from stages.replication.via import SITE

_KNOWN: Final = """
SELECT encode(hash, 'hex') FROM registers_bundle WHERE project_id = %s AND hash = ANY(%s)
UNION ALL SELECT encode(hash, 'hex') FROM replication_heldbundle WHERE project_id = %s AND hash = ANY(%s)
"""


class CloseReason(StrEnum):
    """Why the link over which bundles came has to close."""

    BAD_CONTENT = "bad_content"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a batch: the clock after it, how many bundles and statements came in, and what is held of it."""

    clock: SiteClock
    accepted: int = 0
    statements: int = 0
    held: list[HeldBundle] = field(default_factory=list)
    close: CloseReason | None = None


def ingest_bundles(
    *, project_id: UUID, peer_key: str, bundles: Sequence[WireBundle], keys: Sequence[Mapping[str, Any]] = ()
) -> Ingested:
    """Take in what a site sends, all of it or nothing; what cannot come in is held with its reason.

    `keys` are the statements by which sites certify their people, and revoke them; a wrong one is `ValidationFailed`.
    What is known already, also what is held or was decided, is left out before anything of it is verified. So is a
    bundle whose predecessor is not here: the clock in the answer says what to send again. No role is asked, nor the
    project's status: the sites answer for their people, and a release names the clock that it is about.
    """
    arrived = {each.hash: each for each in bundles}
    fresh_keys = fresh_statements(project_id=project_id, statements=keys) if keys else []
    with upkeep_write(caller=foundry_caller(SITE), project_id=project_id) as write:
        storage = PostgresStorage(project_id)
        storage.received_at = now = database_now()
        kept = keep_statements(project_id=project_id, fresh=fresh_keys) if fresh_keys else 0
        if kept:
            # Some of what is held may have waited for them.
            Taking(write, storage, now).take_waiting()
        known = _known(project_id, arrived)
        fresh = [each for digest, each in arrived.items() if digest not in known]
        if not fresh:
            return Ingested(clock_of_heads(storage.heads), statements=kept)
        storage.open()
        examined = examine(fresh, Knowledge(project_id, dict(storage.heads), now))
        take_in(write, storage, examined.accepted, peer_key)
        held = keep(project_id=project_id, sender=peer_key, refused=examined.refused, now=now)
        _notice_wrong(project_id, peer_key, held)
        # With these the run of a revoked site may be whole.
        is_cut_off = any(each.reason == HeldReason.REVOKED for each in held)
        led = Taking(write, storage, now).take_led() if is_cut_off else 0
        close = _why_close(examined.refused, held)
        return Ingested(clock_of_heads(storage.heads), len(examined.accepted) + led, kept, held, close)


def _why_close(refused: Sequence[Refused], held: Sequence[HeldBundle]) -> CloseReason | None:
    if any(is_wrong(each.reason) for each in refused):
        return CloseReason.BAD_CONTENT
    return CloseReason.TOO_MANY if len(held) < len(refused) else None


def _notice_wrong(project_id: UUID, sender: str, held: Sequence[HeldBundle]) -> None:
    counts = Counter((each.reason, _to_blame(each, sender)) for each in held if is_wrong(each.reason))
    for (reason, site), count in counts.items():
        notice_refused(project_id=project_id, site=site, reason=reason, count=count)


def _to_blame(held: HeldBundle, sender: str) -> str:
    """Whoever sent it; of a second history the site whose people have signed it."""
    return bytes(held.site_key).hex() if held.reason == HeldReason.FORK else sender


def _known(project_id: UUID, hashes: Mapping[str, WireBundle]) -> set[str]:
    digests = [bytes.fromhex(each) for each in hashes]
    return {digest for (digest,) in run((_KNOWN, [project_id, digests, project_id, digests]))}
