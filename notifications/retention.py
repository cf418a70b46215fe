"""How long inboxes keep what was read."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db.models.functions import Now

from kernel.transactions import write_transaction
from notifications.models import Notification

# Lines that go in one transaction: however many are old at first, none comes near the statement timeout.
_LINES_AT_ONCE: Final = 5000


def forget_read() -> int:
    """Remove from all inboxes what was read longer than `FOUNDRY_INBOX_LIFETIME` ago; how many lines these were.

    Where that is zero everything stays, and what is unread stays always.
    """
    if not settings.FOUNDRY_INBOX_LIFETIME:
        return 0
    old = Notification.objects.filter(read_at__lt=Now() - settings.FOUNDRY_INBOX_LIFETIME)
    forgotten = 0
    while True:
        with write_transaction():
            removed, _ = Notification.objects.filter(pk__in=old.order_by("pk").values("pk")[:_LINES_AT_ONCE]).delete()
        forgotten += removed
        if removed < _LINES_AT_ONCE:
            return forgotten
