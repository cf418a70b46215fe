"""What one execution may use at this site."""

from __future__ import annotations

from django.conf import settings

from stages.automation.environment import FUEL, MEMORY, SECONDS, WRITES
from stages.automation.lua import Limits


def limits() -> Limits:
    """The limits of this site."""
    return Limits(
        fuel=getattr(settings, FUEL),
        memory=getattr(settings, MEMORY),
        seconds=getattr(settings, SECONDS),
        writes=getattr(settings, WRITES),
    )
