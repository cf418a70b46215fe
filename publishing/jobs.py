"""Background work: procrastinate finds the jobs here, and its worker does them."""

from __future__ import annotations

from django.conf import settings
from procrastinate.contrib.django import app

from accounts.callers import foundry_caller
from audit.checkpoints.services import make_checkpoint


@app.periodic(cron=settings.FOUNDRY_CHECKPOINT_CRON)
@app.task(queueing_lock="checkpoint", lock="checkpoint")
def seal_checkpoint(timestamp: int) -> None:
    """Seal where all chains stand, if anything was recorded since. `timestamp` is when it was due; the clock counts."""
    make_checkpoint(caller=foundry_caller(), only_if_changed=True)
