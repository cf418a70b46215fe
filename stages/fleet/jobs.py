"""Background jobs of the fleet, which procrastinate finds in this module; they load what they need when they run."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.periodic import periodic_job


@periodic_job(cron="*/5 * * * *", label=_("reports of stations"), queueing_lock="reports of stations")
def record_reports(timestamp: int) -> None:
    """Put the newest report of each station on the audit trail. `timestamp`, when the job was due, is not used."""
    from stages.fleet.stations.services import upkeep

    upkeep.record_reports()


@periodic_job(cron="* * * * *", label=_("stations and their requests"), queueing_lock="fleet", lock="fleet")
def look_after_fleet(timestamp: int) -> None:
    """End requests that have expired, and sign-ins that nobody took up; notify people of stations that are away.

    Last, what another key has sealed than the site's present one is sealed anew.
    """
    from stages.fleet.services import expire_requests, seal_anew
    from stages.fleet.stations.services import upkeep

    try:
        expire_requests()
    finally:
        # A request that cannot be ended keeps nobody from the rest.
        upkeep.revoke_unredeemed()
        upkeep.notify_of_stale()
        seal_anew()
