"""Background work: procrastinate finds the jobs here, and its worker does them.

Their aliases are the names under which version 0.1 queued them.
"""

from __future__ import annotations

from contextlib import suppress

from django.conf import settings
from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from audit.chain_verification.services import record_verifications
from audit.checkpoints import posting
from audit.checkpoints.services import make_checkpoint
from audit.checkpoints.stamping import stamp_checkpoints
from audit.system_caller import system_caller


@app.periodic(cron=settings.FOUNDRY_CHECKPOINT_CRON)
@app.task(queueing_lock="checkpoint", lock="checkpoint", aliases=["publishing.jobs.seal_checkpoint"])
def seal_checkpoint(timestamp: int) -> None:
    """Seal where all chains stand, if anything was recorded since, and have stamped what is not stamped yet.

    `timestamp` is when it was due; the clock counts. A stamp that cannot be had fails the job, which the log tells; the
    next run asks for it again.
    """
    caller = system_caller()
    make_checkpoint(caller=caller, only_if_changed=True)
    stamp_checkpoints(caller=caller)


# A collector may be away for a day: the waits double, from 2 s to 18 hours.
@app.task(retry=RetryStrategy(max_attempts=16, exponential_wait=2), aliases=["publishing.jobs.post_checkpoint"])
def post_checkpoint(number: int) -> None:
    """Post a checkpoint to the outside collector; what fails is in the log, and tried again."""
    posting.post_checkpoint(number)


def announce_checkpoint(number: int) -> None:
    """Queue the posting of a checkpoint, in the transaction that makes it, where there is a collector."""
    if settings.FOUNDRY_CHECKPOINT_WEBHOOK:
        post_checkpoint.defer(number=number)


@app.periodic(cron=settings.FOUNDRY_VERIFICATION_CRON)
@app.task(queueing_lock="verification", lock="verification", aliases=["publishing.jobs.verify_chains"])
def verify_chains(timestamp: int) -> None:
    """Do what `verify_audit` does and note it, for pages and figures; what is wrong is an alert in the log."""
    record_verifications()


@app.task(lock="verification", aliases=["publishing.jobs.verify_chain"])
def verify_chain(chain: str) -> None:
    """Walk one chain, or all where none is named, because somebody wants to know now."""
    record_verifications([chain] if chain else None)


def queue_verification(chain: str) -> None:
    """Queue the walk of a chain (of all where it is empty), unless it waits already."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        verify_chain.configure(queueing_lock=f"verification of {chain}").defer(chain=chain)
