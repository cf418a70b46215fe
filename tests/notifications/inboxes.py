"""What stands in somebody's inbox, in a form that a test can compare."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from notifications.models import Notification


def inbox_kinds(user: User, *, unread: bool = False) -> list[str]:
    """The kinds in a person's inbox, oldest first."""
    rows = Notification.objects.of(user)
    return list((rows.unread() if unread else rows).order_by("id").values_list("kind", flat=True))


def newest(user: User) -> dict[str, Any]:
    """The facts of the newest line."""
    facts: dict[str, Any] = Notification.objects.of(user)[0].facts
    return facts
