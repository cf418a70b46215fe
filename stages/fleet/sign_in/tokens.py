"""The opaque tokens of stations, `fds_…`: only digests are kept. They open nothing but what is for stations."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from kernel.errors import DomainError, NotAuthenticated, PermissionDenied
from kernel.transactions import unavailable_on_timeout, write_transaction
from stages.fleet.environment import STATION_DAYS
from stages.fleet.models import Station

TOKEN: Final = re.compile(r"fds_[A-Za-z0-9_-]{43}", re.ASCII)
# A station renews its token every month; the former one counts until the new one is used, at most so long.
OVERLAP: Final = timedelta(days=7)
# A contact is not noted again so soon: less than the time between two rounds of a node, so that each notes it once.
TOUCH_INTERVAL: Final = timedelta(seconds=25)


# What no socket of a station needs, and thousands would keep.
_UNUSED: Final = ("assignment", "assignment_seal", "account__password", "account__email", "account__last_login")


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
    (found,) = find_stations([text])
    if isinstance(found, DomainError):
        raise found
    return found


def find_stations(texts: Sequence[str]) -> list[Station | DomainError]:
    """The same for many tokens in one query: for each its station, or what it is refused with."""
    digests = [token_digest(text) for text in texts if TOKEN.fullmatch(text)]
    current = Q(token_digest__in=digests)
    former = Q(former_digest__in=digests, former_until__gt=Now())
    stations = Station.objects.select_related("account").defer(*_UNUSED).filter(current | former, expires_at__gt=Now())
    # Found by its current token, a station may have a former one that is over.
    stations = stations.annotate(now=Now())
    with unavailable_on_timeout():
        found = list(stations) if digests else []
    # A former token comes first, so that a current one is never taken for it. One that is over has no former token.
    formerly = {each.former_digest: each for each in found if is_former_valid(each, each.now)}
    of_digest = formerly | {each.token_digest: each for each in found}
    # Whatever else somebody shows is none, and keeps no other from being found.
    return [_admitted(of_digest.get(token_digest(text)) if TOKEN.fullmatch(text) else None) for text in texts]


def is_former_valid(station: Station, now: datetime) -> bool:
    """Whether the token before a station's newest one still counts."""
    return bool(station.former_digest) and station.former_until is not None and station.former_until > now


def touch(uses: Iterable[tuple[Station, str]]) -> None:
    """Note that stations are there, each with the token it showed.

    The token counts from now on, and a former one ends with the first use of the new one.
    """
    used = list(uses)
    rows = Station.objects.filter(pk__in=[each.pk for each, _text in used])
    with write_transaction():
        note_contact(rows)
        if any(each.former_digest for each, _text in used):
            shown = [token_digest(text) for _each, text in used]
            rows.filter(token_digest__in=shown).exclude(former_digest="").update(former_digest="", former_until=None)


def note_contact(stations: QuerySet[Station]) -> None:
    """Note in a transaction that these stations are there, those that were not noted a moment ago."""
    is_old = Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=Now() - TOUCH_INTERVAL)
    # A row that another node notes in this moment is noted.
    waiting = stations.filter(is_old).select_for_update(skip_locked=True).values("pk")
    Station.objects.filter(pk__in=waiting).update(last_seen_at=Now(), expires_at=Now() + lifetime())


def credential_of(station: Station) -> str:
    """By what the audit trail names a station's sign-in."""
    return f"station:{station.pk}"


def _admitted(station: Station | None) -> Station | DomainError:
    if station is None:
        return NotAuthenticated(_("The station's token is unknown or expired. Sign the station in again."))
    if station.is_revoked or not station.account.is_active:
        return PermissionDenied(_("The station was revoked."))
    return station
