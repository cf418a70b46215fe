"""The result of the last verification of the chains; a page never verifies them itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from croniter import croniter
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.checkpoints.heads import Head
from audit.checkpoints.models import Checkpoint
from audit.checkpoints.unsealed import Unsealed, unsealed
from audit.models import ChainVerification
from audit.periodic import PeriodicJob, periodic_jobs
from workspace.audit_viewer.query import AuditQuery


@dataclass(frozen=True, slots=True)
class Strip:
    """`state` is verified, broken or unknown. `verified` of `events` were verified at `verified_at`.

    `not_compared` counts facts that older events do not have.
    """

    state: str
    title: str
    name: str
    fault: str
    events: int
    not_compared: int
    verified: int
    verified_at: datetime | None
    next_at: datetime
    checkpoint: Checkpoint | None
    unsealed: Unsealed
    jobs: Sequence[PeriodicJob]

    @property
    def newer(self) -> int:
        return max(0, self.events - self.verified)


def strip_of(query: AuditQuery, heads: Sequence[Head], names: Mapping[str, str]) -> Strip:
    """The strip of one chain, or of all: then the oldest result counts, and any broken chain."""
    seqs = {head.chain: head.seq for head in heads if query.chain in {"", head.chain}}
    verifications = ChainVerification.objects.sealed(seqs)
    broken = next((each for each in verifications.values() if each.is_broken), None)
    is_known = bool(seqs) and verifications.keys() == seqs.keys()
    state = "broken" if broken else "verified" if is_known else "unknown"
    return Strip(
        state=state,
        title=_title(query, state, broken, verifications),
        name=names.get(query.chain, query.chain) if query.chain else _("All projects"),
        fault=broken.problem.partition(": ")[2] if broken else "",
        events=sum(seqs.values()),
        not_compared=max((each.not_compared for each in verifications.values()), default=0),
        verified=sum(each.seq for each in verifications.values()),
        verified_at=min((each.verified_at for each in verifications.values()), default=None),
        next_at=_next_check(),
        checkpoint=Checkpoint.objects.order_by("-number").defer("text").first(),
        unsealed=unsealed(),
        jobs=periodic_jobs(),
    )


def _title(
    query: AuditQuery, state: str, broken: ChainVerification | None, verifications: Mapping[str, ChainVerification]
) -> str:
    if broken is not None:
        return _("Chain broken at %(seq)d") % {"seq": broken.seq + 1} if broken.fault else _("A record was changed")
    if state == "unknown":
        return _("Not verified yet")
    if query.chain:
        return _("Chain verified up to %(seq)d") % {"seq": verifications[query.chain].seq}
    count = len(verifications)
    return ngettext("%(n)d chain verified", "%(n)d chains verified", count) % {"n": count}


def _next_check() -> datetime:
    """When the worker verifies the chains next."""
    now = timezone.now().astimezone(UTC)
    found: datetime = croniter(settings.FOUNDRY_VERIFICATION_CRON, now).get_next(datetime)
    return found
