"""Background jobs of proposals, which procrastinate finds in this module."""

from __future__ import annotations

from procrastinate.contrib.django import app

from proposals.drift_lines import notify_of_drift
from proposals.services.ending import expire_proposals


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="proposals", lock="proposals")
def look_after_proposals(timestamp: int) -> None:
    """End what has expired, and notify authors of drift. `timestamp`, when the job was due, is not used."""
    expire_proposals()
    notify_of_drift()
