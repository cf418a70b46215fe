"""Removing old read lines from inboxes."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db.models.functions import Now

from kernel.transactions import write_transaction
from notifications.models import Notification

# Lines deleted in one transaction: few enough that no statement reaches the timeout.
_LINES_AT_ONCE: Final = 5000


def delete_read() -> int:
    """Delete lines that were read longer than `FOUNDRY_INBOX_LIFETIME` ago. Returns how many.

    Unread lines are never deleted; with a lifetime of zero nothing is.
    """
    if not settings.FOUNDRY_INBOX_LIFETIME:
        return 0
    old = Notification.objects.filter(read_at__lt=Now() - settings.FOUNDRY_INBOX_LIFETIME)
    deleted = 0
    while True:
        with write_transaction():
            removed, _ = Notification.objects.filter(pk__in=old.order_by("pk").values("pk")[:_LINES_AT_ONCE]).delete()
        deleted += removed
        if removed < _LINES_AT_ONCE:
            return deleted
