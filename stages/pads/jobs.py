"""Background jobs of pads, which procrastinate finds in this module; they load what they need when they run."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.periodic import periodic_job


@periodic_job(cron="* * * * *", label=_("pads"), queueing_lock="record pads")
def record_pads(timestamp: int) -> None:
    """Record the logs of quiet pads, and keep snapshots of them."""
    from stages.pads.services import recording

    recording.record_pads()


@periodic_job(cron="23 * * * *", label=_("snapshots of pads"), queueing_lock="tidy snapshots of pads")
def tidy_snapshots(timestamp: int) -> None:
    """Remove snapshots that nothing needs."""
    from stages.pads.services import snapshots

    snapshots.tidy_snapshots()
