"""Callers for the tests of accounts."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.utils import timezone

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event


def caller_of(user: User, client_ref: UUID | None = None) -> Caller:
    """The user at a browser."""
    caller = Caller(
        user=user, via="browser", address="192.0.2.7", credential="cookie:of-a-test", proven_at=timezone.now()
    )
    return replace(caller, client_ref=client_ref)


def newest_event() -> Event:
    """The last fact on the chain of the site."""
    event = Event.objects.chain("site").last()
    assert event is not None
    return event
