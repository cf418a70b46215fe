"""Background jobs of proposals, which procrastinate finds in this module."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.periodic import periodic_job
from proposals.drift_lines import notify_of_drift
from proposals.services.ending import expire_proposals


@periodic_job(cron="* * * * *", label=_("proposals"), queueing_lock="proposals", lock="proposals")
def look_after_proposals(timestamp: int) -> None:
    """End what has expired, and notify authors of drift. `timestamp`, when the job was due, is not used."""
    try:
        expire_proposals()
    finally:
        # A proposal that cannot be ended keeps nobody from learning of drift.
        notify_of_drift()
