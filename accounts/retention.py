"""Removing browser sessions that are over.

What ended them is on the audit trail; the rows themselves are no records.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from accounts.models import ProvenSession
from kernel.deletion import delete_in_batches

_SESSIONS_AT_ONCE: Final = 5000
# The verification compares those of the last FOUNDRY_SIGNING_PERIOD, which an operator may make longer.
_PROVEN_KEPT: Final = timedelta(days=30)


def delete_expired_sessions() -> int:
    """Delete browser sessions that have expired, and what was proven in sessions long ago. Returns how many rows.

    A session of a person stays until a node has ended it with an event (`end_unused_sessions`).
    """
    of_people = UserSession.objects.values("session_key")
    expired = Session.objects.filter(expire_date__lt=Now()).exclude(session_key__in=of_people)
    proven = ProvenSession.objects.filter(proven_at__lt=Now() - max(settings.FOUNDRY_SIGNING_PERIOD, _PROVEN_KEPT))
    return sum(delete_in_batches(rows, at_once=_SESSIONS_AT_ONCE) for rows in (expired, proven))
