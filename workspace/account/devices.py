"""Describing browsers to people, from their user agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from accounts.callers import Caller, cookie_credential

# The first match wins: most user agents also contain the names of older browsers. On iOS every browser names Safari,
# and itself by a word of its own.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("OPiOS", "Opera"),
    ("OPT/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrom", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    # An iPad that asks for the pages of a computer calls itself a Macintosh; these browsers give it away.
    ("iOS/", "iPad"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class SessionView:
    """One browser session as the account page shows it."""

    id: int
    device: str
    address: str
    began_at: datetime
    used_at: datetime
    is_current: bool

    @classmethod
    def of(cls, row: UserSession, caller: Caller) -> SessionView:
        return cls(
            id=row.pk,
            device=device(row.user_agent),
            address=row.ip,
            began_at=row.created_at,
            used_at=row.last_seen_at,
            is_current=cookie_credential(row.session_key) == caller.credential,
        )


def device(user_agent: str) -> str:
    """“Firefox on Linux”, or that it is unknown."""
    browser = next((name for word, name in _BROWSERS if word in user_agent), None)
    system = next((name for word, name in _SYSTEMS if word in user_agent), None)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Another program")
