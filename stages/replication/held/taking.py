"""Held bundles whose reason is gone come in, each site's in the order of its chain, until one has to wait on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from projects.writing import ProjectWrite
from stages.registers.fold.hlc import split_hlc
from stages.registers.storing.storage import PostgresStorage
from stages.replication.admission.claims import Claim, open_claims
from stages.replication.admission.cuts import Cut
from stages.replication.admission.services.moving import move_cut
from stages.replication.admission.sites import known_sites
from stages.replication.choices import Decision, HeldReason
from stages.replication.held.runs import run_to
from stages.replication.ingest.examining import WAITING, Examined, Refused, examine
from stages.replication.ingest.knowledge import Knowledge
from stages.replication.ingest.taking import take_in
from stages.replication.ingest.wire import wire_of_text
from stages.replication.models import HeldBundle

# The first one of a chain is tried alone, since mostly it waits on; those behind it together.
_AT_ONCE: Final = 200


def _waiting(write: ProjectWrite) -> QuerySet[HeldBundle]:
    """What may come in some day, each site's in the order of its chain; without the texts."""
    found = HeldBundle.objects.filter(project=write.project, decision="", reason__in=WAITING)
    return found.defer("text").order_by("site_key", "number", "since", "id")


@dataclass
class Taking:
    """What comes in of what is held, by a write of its project. `storage` has the chains as they are by now."""

    write: ProjectWrite
    storage: PostgresStorage
    now: datetime

    def take_waiting(self) -> int:
        """Take in what may come in by now; answers how many bundles did."""
        led = self.take_led()
        chains = groupby(_waiting(self.write), key=lambda each: bytes(each.site_key))
        return led + sum(self._take_chain(site.hex(), list(rows)) for site, rows in chains)

    def take_led(self) -> int:
        """Take in what others had accepted of revoked sites, where it is here up to a bundle that one of them named."""
        claims = open_claims(self.write.project.id)
        return sum(self._take_run(site, claim) for site in claims for claim in claims[site])

    def _take_run(self, site: str, claim: Claim) -> int:
        taken = 0
        for rows in _by_sender(run_to(self.write.project.id, site, self.storage.head(site), claim.cut)):
            accepted = len(self.take(rows, claim=claim).accepted)
            taken += accepted
            if accepted < len(rows):
                break
        return taken

    def _take_chain(self, site: str, rows: Sequence[HeldBundle]) -> int:
        taken, size = 0, 1
        while chunk := self._next(site, rows[taken:], size):
            accepted = len(self.take(chunk).accepted)
            taken, size = taken + accepted, _AT_ONCE
            if accepted < len(chunk):
                break
        return taken

    def _next(self, site: str, rows: Sequence[HeldBundle], size: int) -> Sequence[HeldBundle]:
        """The next ones that one site has sent; none where the first of them is sure to wait on."""
        if not rows or not self._may_be_next(site, rows[0]):
            return ()
        return [each for each in rows[:size] if bytes(each.sender) == bytes(rows[0].sender)]

    def _may_be_next(self, site: str, row: HeldBundle) -> bool:
        if site not in self._sites or (row.number is not None and row.number > self.storage.head(site).number + 1):
            return False
        if row.reason != HeldReason.FUTURE or row.until_hlc is None:
            return True
        return split_hlc(bytes(row.until_hlc).hex())[0] <= self._knowledge().latest_ms

    @cached_property
    def _sites(self) -> frozenset[str]:
        """Those that somebody here has admitted: many may be invented, and are not looked at one by one."""
        return frozenset(known_sites(self.write.project.id))

    def take(
        self, rows: Sequence[HeldBundle], *, released: Collection[str] = (), claim: Claim | None = None
    ) -> Examined:
        """Take in those of a sender's bundles that may come in, and note of the others why they are held by now.

        All is asked again, but for those that are `released` not whether their site or their author was revoked, and
        for those that lead to the bundle of a `claim` not whether their site was: with these its cut moves on.
        """
        bundles = {wire_of_text(each.text): each for each in rows}
        led_to_cut = [] if claim is None else [each.hash for each in bundles]
        found = examine(bundles, self._knowledge(released, led_to_cut))
        if claim is not None and found.accepted:
            # Before they come in, so that at any time the record has the cut that let them.
            last = found.accepted[-1]
            cut = Cut(last.header.number, last.hash)
            move_cut(self.write, key=last.header.site_key, cut=cut, by=claim.by)
        self.storage.received_at = self.now
        take_in(self.write, self.storage, found.accepted, bytes(rows[0].sender).hex())
        came = {each.hash for each in found.accepted} - set(released)
        by_themselves = [row.pk for bundle, row in bundles.items() if bundle.hash in came]
        accepted = HeldBundle.objects.filter(pk__in=by_themselves)
        accepted.update(decision=Decision.ACCEPTED, decided_at=self.now)
        for refused in found.refused:
            _note_reason(bundles[refused.bundle], refused)
        return found

    def _knowledge(self, released: Collection[str] = (), led_to_cut: Collection[str] = ()) -> Knowledge:
        heads = dict(self.storage.heads)
        return Knowledge(self.write.project.id, heads, self.now, frozenset(released), frozenset(led_to_cut))


def _by_sender(run: Sequence[UUID]) -> Iterator[Sequence[HeldBundle]]:
    """The bundles of a run in their order, some at once, each time those that one site has sent."""
    for at in range(0, len(run), _AT_ONCE):
        rows = HeldBundle.objects.filter(pk__in=run[at : at + _AT_ONCE]).order_by("number")
        for _sender, some in groupby(rows, key=lambda each: bytes(each.sender)):
            yield list(some)


def _note_reason(row: HeldBundle, refused: Refused) -> None:
    if row.reason == refused.reason:
        return
    refusal = refused.refusal
    row.reason, row.detail = refusal.reason, refusal.detail
    row.until_hlc = bytes.fromhex(refusal.until_hlc) if refusal.until_hlc else None
    row.save(update_fields=["reason", "detail", "until_hlc"])
