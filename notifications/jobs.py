"""Background jobs, which procrastinate finds in this module."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from audit.periodic import periodic_job
from notifications.mails import send
from notifications.retention import delete_read

# After 4, 16, 64 … seconds: a mail server that is away for an hour loses nobody their mail.
RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)


@app.task(retry=RETRY)
def send_notification(notification_id: str) -> None:
    """Mail one line of an inbox to its recipient."""
    send(notification_id)


@periodic_job(cron="43 3 * * *", label=_("inboxes"), queueing_lock="inboxes", lock="inboxes")
def tidy_inboxes(timestamp: int) -> None:
    """Delete lines of all inboxes that were read long ago. `timestamp`, when the job was due, is not used."""
    delete_read()
