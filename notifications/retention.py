"""Removing old read lines from inboxes."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db.models.functions import Now

from kernel.deletion import delete_in_batches
from notifications.models import Notification

_LINES_AT_ONCE: Final = 5000


def delete_read() -> int:
    """Delete lines that were read longer than `FOUNDRY_INBOX_LIFETIME` ago. Returns how many.

    Unread lines are never deleted; with a lifetime of zero nothing is.
    """
    if not settings.FOUNDRY_INBOX_LIFETIME:
        return 0
    old = Notification.objects.filter(read_at__lt=Now() - settings.FOUNDRY_INBOX_LIFETIME)
    return delete_in_batches(old, at_once=_LINES_AT_ONCE)
