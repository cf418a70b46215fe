"""Background jobs of replication, which procrastinate finds in this module; they load what they need when they run."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.periodic import periodic_job


@periodic_job(cron="* * * * *", label=_("held bundles"), queueing_lock="retry held bundles")
def retry_held(timestamp: int) -> None:
    """Take in the held bundles of which the time has come, or whose sites and people are known by now."""
    from stages.replication.held.services import retry_everywhere

    retry_everywhere()
