"""Certificates of actors: by which a site says with its own key under which name somebody signs there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from accounts.models import User
from audit.keys.sealing import Sealed, seal
from audit.keys.text import rfc3339
from stages.registers.fold.members import check_text
from stages.registers.fold.signatures import KEY_BYTES, is_usable_key, verify
from stages.registers.keys.statements import read_members

KIND: Final = "actor_certificate"
# Bytes of each name in a certificate.
MAX_NAME: Final = 1_000


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as sites exchange it: its canonical text, and the seal of 64 bytes by the site's key."""

    text: str
    seal: bytes


@dataclass(frozen=True, slots=True)
class Certified:
    """What a certificate says: a key, the key of the site, and who signs."""

    public_key: bytes
    site_key: bytes
    actor_id: str
    name: str
    site_name: str


def seal_certificate(*, public_key: bytes, site_key: bytes, user: User, at: datetime) -> Sealed:
    """The certificate of an account of this site; the site's key must be on record (`ensure_site_key`)."""
    members = {
        "public_key": public_key.hex(),
        "site_key": site_key.hex(),
        "site_name": urlsplit(settings.FOUNDRY_URL or "").hostname or "",
        "actor": str(user.id),
        "display_name": user.display_name,
        "kind": user.kind,
        "at": rfc3339(at),
    }
    return seal(KIND, members)


def read_certificate(text: str, sealed: bytes) -> Certified:
    """What a certificate says. Raises `ValueError` where its text or its seal is wrong, or a key of small order."""
    found = read_members(text, KIND)
    try:
        public_key, site_key = bytes.fromhex(found["public_key"]), bytes.fromhex(found["site_key"])
        names = [check_text(found[name], name, MAX_NAME) for name in ("actor", "display_name", "site_name")]
        certified = Certified(public_key, site_key, *names)
    except (KeyError, ValueError, TypeError) as error:
        raise ValueError("a member of it is missing or wrong") from error
    if len(public_key) != KEY_BYTES or not is_usable_key(public_key) or not is_usable_key(site_key):
        raise ValueError("it names a key that must not be used")
    if not verify(site_key, sealed, text):
        raise ValueError("the site that it names did not seal it")
    return certified
