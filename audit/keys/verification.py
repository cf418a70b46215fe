"""Every key on record has its event, and every event of a key its key."""

from __future__ import annotations

from collections.abc import Iterator

from audit.keys.models import SiteKey
from audit.keys.sealing import KEY_ADDED, fingerprint_of
from audit.models import SITE_CHAIN, Event
from audit.verification import Finding


def check_keys() -> Iterator[Finding]:
    """Compare the keys with the events that added them: a key that was slipped in could seal anything."""
    added = Event.objects.chain(SITE_CHAIN).filter(action=KEY_ADDED, target_type="site_key")
    said = {event.target_id: event.data.get("public_key") for event in added}
    for key in SiteKey.objects.all():
        where = f"site key {key.fingerprint}"
        public = bytes(key.public_key)
        if fingerprint_of(public) != key.fingerprint:
            yield Finding(where, "it was changed: the fingerprint does not fit")
        elif said.pop(key.fingerprint, None) != public.hex():
            yield Finding(where, "no event added it")
    for fingerprint in said:
        yield Finding(f"site key {fingerprint}", "it was removed: an event added it")
