"""Background jobs, which procrastinate finds in this module."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.retention import delete_expired_sessions
from audit.periodic import periodic_job


@periodic_job(cron="29 3 * * *", label=_("expired sessions"), queueing_lock="sessions", lock="sessions")
def tidy_sessions(timestamp: int) -> None:
    """Delete browser sessions that have expired. `timestamp`, when the job was due, is not used."""
    delete_expired_sessions()
