"""The opaque tokens of stations, `fds_…`: only digests are kept. They open nothing but what is for stations."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.errors import NotAuthenticated, PermissionDenied
from kernel.transactions import unavailable_on_timeout
from stages.fleet.environment import STATION_DAYS
from stages.fleet.models import Station

TOKEN: Final = re.compile(r"fds_[A-Za-z0-9_-]{43}", re.ASCII)
# A station renews its token every month; the former one counts until the new one is used, at most so long.
OVERLAP: Final = timedelta(days=7)
# A contact is not noted again so soon: less than the time between two rounds of a node, so that each notes it once.
TOUCH_INTERVAL: Final = timedelta(seconds=25)


def new_token() -> tuple[str, str]:
    """The text of a new token, and its digest."""
    text = f"fds_{secrets.token_urlsafe(32)}"
    return text, token_digest(text)


def token_digest(text: str) -> str:
    """SHA-256 in lowercase hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def lifetime() -> timedelta:
    """How long a token counts after its last use."""
    return timedelta(days=getattr(settings, STATION_DAYS))


def find_station(text: str) -> Station:
    """The station with that token, with its account. Raises `NotAuthenticated`, and `PermissionDenied` if revoked."""
    station = _of_token(text)
    if station is None:
        raise NotAuthenticated(_("The station's token is unknown or expired. Sign the station in again."))
    if station.is_revoked or not station.account.is_active:
        raise PermissionDenied(_("The station was revoked."))
    return station


def touch(station: Station, text: str) -> None:
    """Note that a station is there: its token counts from now on, and a former one ends with the first use of the new.

    Written at most every 25 seconds, however often it connects.
    """
    digest = token_digest(text)
    rows = Station.objects.filter(pk=station.pk)
    is_old = Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=Now() - TOUCH_INTERVAL)
    with unavailable_on_timeout():
        rows.filter(is_old).update(last_seen_at=Now(), expires_at=Now() + lifetime())
        if station.former_digest and digest == station.token_digest:
            rows.filter(token_digest=digest).update(former_digest="", former_until=None)


def credential_of(station: Station) -> str:
    """By what the audit trail names a station's sign-in."""
    return f"station:{station.pk}"


def _of_token(text: str) -> Station | None:
    if TOKEN.fullmatch(text) is None:
        return None
    digest = token_digest(text)
    current = Q(token_digest=digest)
    former = Q(former_digest=digest, former_until__gt=Now())
    with unavailable_on_timeout():
        return Station.objects.select_related("account", "team").filter(current | former, expires_at__gt=Now()).first()
