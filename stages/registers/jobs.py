"""Background jobs of registers, which procrastinate finds in this module; they load what they need when they run."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.periodic import periodic_job


@periodic_job(cron="37 3 * * *", label=_("writers of shared texts"), queueing_lock="tidy writers of registers")
def tidy_writers(timestamp: int) -> None:
    """Remove client ids that nobody can type under any more."""
    from stages.registers.texts import services

    services.tidy_writers()
