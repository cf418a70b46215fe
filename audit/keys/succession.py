"""Which keys are trusted as the site's: pinned keys, and keys connected to a pinned one by sealed successions.

The database alone proves nothing, because anyone who can insert an event can record a key of their own. A key is
trusted only if something outside the database confirms it: the operator pins its fingerprint, this server holds its
private key, or it is the predecessor or successor of a trusted key and both keys sealed the succession.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from audit.keys.private import private_key_if_any
from audit.keys.text import STATEMENT_VERSION, fingerprint_of, public_bytes
from audit.models import SITE_CHAIN, Event
from audit.services import site_id
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from kernel.ijson import parse

KEY_ADDED: Final = "site.key_added"
SITE_KEY: Final = "site_key"

_given: ContextVar[frozenset[str]] = ContextVar("given_keys", default=frozenset())


@dataclass(frozen=True, slots=True)
class Endorsement:
    """The succession from one key to the next: a `site_key` statement, sealed by both keys (64 bytes each).

    Because both keys seal it, a pin on either of them is enough to trust the other.
    """

    statement: str
    seal: bytes
    next_seal: bytes

    @property
    def content(self) -> dict[str, Any]:
        """The parsed statement: `type`, `v`, `site`, `key`, `next`, `at`, `reason`."""
        content = parse(self.statement)
        assert isinstance(content, dict)
        return content

    def data(self) -> dict[str, str]:
        """As events and bundles hold it."""
        return {"statement": self.statement, "seal": self.seal.hex(), "next_seal": self.next_seal.hex()}


@dataclass(frozen=True, slots=True)
class RecordedKey:
    """A public key (32 bytes) as its event records it, and the key that it succeeds, if any."""

    fingerprint: str
    public_key: bytes
    endorsement: Endorsement | None
    predecessor: str | None


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """All keys recorded on the chain `site`, oldest first, and the fingerprints that are pinned here."""

    recorded: Mapping[str, RecordedKey]
    pinned: frozenset[str]

    def known(self) -> dict[str, bytes]:
        """The trusted public keys, oldest first. Without any pin, these are all recorded keys."""
        if not self.pinned:
            return {each.fingerprint: each.public_key for each in self.recorded.values()}
        lineage = set(self._lineage())
        return {name: each.public_key for name, each in self.recorded.items() if name in lineage}

    def successors(self, fingerprint: str) -> list[str]:
        """The keys that this key endorsed; more than one means that somebody else has used it."""
        return [name for name, each in self.recorded.items() if each.predecessor == fingerprint]

    def _lineage(self) -> Iterator[str]:
        """From each pin back to the first key, and forward to the newest while each key has exactly one successor.

        A stolen retired key can endorse a second successor. Whoever pins a later key does not come to trust that one.
        """
        following = defaultdict(list)
        for each in self.recorded.values():
            following[each.predecessor].append(each.fingerprint)
        for pin in self.pinned & self.recorded.keys():
            key: str | None = pin
            seen: set[str] = set()
            while key is not None and key not in seen:
                seen.add(key)
                key = self.recorded[key].predecessor if key in self.recorded else None
            key = pin
            while len(following[key]) == 1 and following[key][0] not in seen:
                key = following[key][0]
                seen.add(key)
            yield from seen


@contextmanager
def also_pinned(fingerprints: Iterable[str]) -> Iterator[None]:
    """Treat these fingerprints, which the caller knows from elsewhere, as pinned inside the `with` block."""
    token = _given.set(frozenset(fingerprints))
    try:
        yield
    finally:
        _given.reset(token)


def site_keys() -> SiteKeys:
    """The recorded keys, with the operator's pins and the fingerprint of this server's own private key."""
    own = private_key_if_any()
    mine = {fingerprint_of(public_bytes(own))} if own else set()
    pinned = frozenset({*settings.FOUNDRY_SITE_KEYS, *_given.get(), *mine})
    events = Event.objects.chain(SITE_CHAIN).filter(action=KEY_ADDED, target_type=SITE_KEY)
    recorded: dict[str, RecordedKey] = {}
    for event in events:
        key = _recorded(event.record["data"], recorded)
        if key is not None:
            recorded.setdefault(key.fingerprint, key)
    return SiteKeys(recorded, pinned)


def succession_statement(*, key: str, following: str, at: str, reason: str) -> str:
    """The text that both keys seal; `at` is formatted by `rfc3339`."""
    content = {"type": SITE_KEY, "v": STATEMENT_VERSION, "site": site_id(), "key": key, "next": following}
    return canonical({**content, "at": at, "reason": reason})


def _recorded(data: Mapping[str, Any], earlier: Mapping[str, RecordedKey]) -> RecordedKey | None:
    """The key that an event records, or None if its data is not a key. An invalid endorsement is left out."""
    try:
        public = bytes.fromhex(data["public_key"])
        parts = data.get("endorsement")
        given = parts and Endorsement(
            parts["statement"], bytes.fromhex(parts["seal"]), bytes.fromhex(parts["next_seal"])
        )
    except (KeyError, TypeError, ValueError):
        return None
    fingerprint = fingerprint_of(public)
    if data.get("fingerprint") != fingerprint:
        return None
    predecessor = _predecessor(given, fingerprint, public, earlier) if given else None
    return RecordedKey(fingerprint, public, given if predecessor else None, predecessor)


def _predecessor(given: Endorsement, fingerprint: str, public: bytes, earlier: Mapping[str, RecordedKey]) -> str | None:
    try:
        content = given.content
    except (ValidationFailed, AssertionError):
        return None
    before = earlier.get(str(content.get("key")))
    if before is None or canonical(content) != given.statement:
        return None
    found = (content.get("type"), content.get("v"), content.get("site"), content.get("next"))
    if found != (SITE_KEY, STATEMENT_VERSION, site_id(), fingerprint):
        return None
    text = given.statement.encode()
    both = _is_seal(before.public_key, given.seal, text) and _is_seal(public, given.next_seal, text)
    return before.fingerprint if both else None


def _is_seal(public: bytes, seal: bytes, text: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(seal, text)
    except (InvalidSignature, ValueError):
        return False
    return True
