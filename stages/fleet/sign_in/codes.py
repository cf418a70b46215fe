"""The two codes of a station's sign-in (RFC 8628). The database holds keyed digests of them only."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Final

from django.utils.crypto import salted_hmac

# Without vowels and without what looks alike, so that no code is a word (RFC 8628, section 6.1).
LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH: Final = 8
LIFETIME: Final = timedelta(minutes=15)
# Seconds between two polls, and what each one that comes too early adds.
POLL_INTERVAL: Final = 5

_DEVICE_CODE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def new_user_code() -> str:
    """Eight letters, as a person types them: `WDJB-MJHT`."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def new_device_code() -> str:
    """256 random bits, as a station polls with them."""
    return secrets.token_urlsafe(32)


def user_digest(typed: str) -> str | None:
    """The digest of a code as somebody typed it, whatever its case, spaces and hyphens; None for no such code.

    Keyed, since a digest of eight letters could be tried out.
    """
    letters = re.sub(r"[\s-]", "", typed).upper()
    if len(letters) != LENGTH or not set(letters) <= set(LETTERS):
        return None
    return salted_hmac("fleet.sign_in.user_code", letters, algorithm="sha256").hexdigest()


def device_digest(code: str) -> str | None:
    """The digest of a device code; None for what is none."""
    if _DEVICE_CODE.fullmatch(code) is None:
        return None
    return salted_hmac("fleet.sign_in.device_code", code, algorithm="sha256").hexdigest()
