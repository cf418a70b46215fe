"""What the doctor says of registers: whether everybody can sign, and whether decisions wait."""

from __future__ import annotations

from typing import Final

from kernel.doctor import Diagnoses, ok, warn
from kernel.ring import RingError
from stages.registers.keys import own_site_key
from stages.registers.keys.signing import can_sign
from stages.registers.models import ActorKey, Bundle, Conflict

SUBJECT: Final = "Registers"


def examine() -> Diagnoses:
    """Whether the keys of accounts can be read, and how many conflicts are open."""
    unreadable = 0
    for key in ActorKey.objects.filter(site_key=own_site_key(), revoked_at=None, secret__isnull=False).iterator():
        try:
            can_sign(key)
        except RingError:
            unreadable += 1
    if unreadable:
        words = f"{unreadable} keys of accounts cannot be read, and are replaced when these people write next"
        remedy = "Give every node the encryption keys that the site had (FOUNDRY_ENCRYPTION_KEYS, docs/deploy.md)."
        yield warn(SUBJECT, words, remedy)
    projects = Bundle.objects.order_by().values("project").distinct().count()
    waiting = Conflict.objects.filter(resolved_at=None).count()
    yield ok(SUBJECT, f"in {projects} projects, {waiting} conflicts wait for a decision")
