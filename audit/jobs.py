"""Background jobs of the audit trail.

The aliases are the names under which version 0.1 queued them.
"""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from audit.chain_verification.services import record_verifications
from audit.checkpoints import posting
from audit.checkpoints.services import make_checkpoint
from audit.checkpoints.stamping import stamp_checkpoints
from audit.periodic import periodic_job
from audit.system_caller import system_caller


@periodic_job(
    cron=settings.FOUNDRY_CHECKPOINT_CRON,
    label=_("checkpoint"),
    queueing_lock="checkpoint",
    lock="checkpoint",
    aliases=["publishing.jobs.seal_checkpoint"],
)
def seal_checkpoint(timestamp: int) -> None:
    """Make a checkpoint if anything was recorded since the last one, and request missing time stamps.

    `timestamp` is the time at which the job was due and is not used. If a time stamp cannot be obtained, the job fails,
    which is logged, and the next run requests it again.
    """
    caller = system_caller()
    make_checkpoint(caller=caller, only_if_changed=True)
    stamp_checkpoints(caller=caller)


# The collector may be down for a day, so the waits double from 2 s to 18 hours.
@app.task(retry=RetryStrategy(max_attempts=16, exponential_wait=2), aliases=["publishing.jobs.post_checkpoint"])
def post_checkpoint(number: int) -> None:
    """Post a checkpoint to the external collector; a failure is logged, and the job is retried."""
    posting.post_checkpoint(number)


def queue_posting(number: int) -> None:
    """Queue the posting of a checkpoint in its transaction, if a collector is configured."""
    if settings.FOUNDRY_CHECKPOINT_WEBHOOK:
        post_checkpoint.defer(number=number)


@periodic_job(
    cron=settings.FOUNDRY_VERIFICATION_CRON,
    label=_("verification"),
    queueing_lock="verification",
    lock="verification",
    aliases=["publishing.jobs.verify_chains"],
)
def verify_chains(timestamp: int) -> None:
    """Verify as `verify_audit` does, and record the results for pages and metrics; findings are logged as alerts."""
    record_verifications()


@app.task(lock="verification", aliases=["publishing.jobs.verify_chain"])
def verify_chain(chain: str) -> None:
    """Verify one chain, or all if none is given, because a user requested it."""
    record_verifications([chain] if chain else None)


def queue_verification(chain: str) -> None:
    """Queue the verification of a chain (of all if empty), unless it is queued already."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        verify_chain.configure(queueing_lock=f"verification of {chain}").defer(chain=chain)
