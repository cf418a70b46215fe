"""Background work: procrastinate finds the jobs here, and its worker does them."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from notifications.mails import send
from notifications.retention import forget_read

# After 4, 16, 64 … seconds: a mail server that is away for an hour loses nobody their mail.
RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)


@app.task(retry=RETRY)
def send_notification(notification_id: str) -> None:
    """Send one line of somebody's inbox to them by mail."""
    send(notification_id)


@app.periodic(cron="43 3 * * *")
@app.task(queueing_lock="inboxes", lock="inboxes")
def tidy_inboxes(timestamp: int) -> None:
    """Remove from all inboxes what was read long ago. `timestamp` is when it was due; the clock counts."""
    forget_read()
