"""Which keys are the site's: those that are pinned outside the database, and whose succession leads to a pinned one.

The database alone proves nothing: whoever can insert an event can put a key of their own on record. A key therefore
counts where somebody vouches for it who cannot be found in the database: the operator, who pins its fingerprint, this
server, which holds its private half, or a key that counts itself and whose succession both keys sealed.
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
    """One key's succession by the next: a statement of the type `site_key`, sealed by both (64 bytes each).

    That both seal it lets trust go either way: the older key vouches for the newer one, and the newer one says whose
    successor it is.
    """

    statement: str
    seal: bytes
    next_seal: bytes

    @property
    def said(self) -> dict[str, Any]:
        """The parsed statement: `type`, `v`, `site`, `key`, `next`, `at`, `reason`."""
        said = parse(self.statement)
        assert isinstance(said, dict)
        return said

    def data(self) -> dict[str, str]:
        """As events and bundles hold it."""
        return {"statement": self.statement, "seal": self.seal.hex(), "next_seal": self.next_seal.hex()}


@dataclass(frozen=True, slots=True)
class RecordedKey:
    """A public key (32 bytes) as the event says that put it on record, and the key that it succeeds, if any."""

    fingerprint: str
    public_key: bytes
    endorsement: Endorsement | None
    predecessor: str | None


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """Every key that the chain `site` names, oldest first, and those of them that count here."""

    recorded: Mapping[str, RecordedKey]
    pinned: frozenset[str]

    def known(self) -> dict[str, bytes]:
        """The public keys that count, oldest first. Without any pin, those are all that the database names."""
        if not self.pinned:
            return {each.fingerprint: each.public_key for each in self.recorded.values()}
        lineage = set(self._lineage())
        return {name: each.public_key for name, each in self.recorded.items() if name in lineage}

    def successors(self, fingerprint: str) -> list[str]:
        """The keys that a key endorsed; more than one means that somebody else used it."""
        return [name for name, each in self.recorded.items() if each.predecessor == fingerprint]

    def _lineage(self) -> Iterator[str]:
        """From each pin back to the first key, and on to the newest, as long as there is just one that comes next.

        A retired key that was stolen can endorse another successor. Nobody who pins a later key is led there.
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
    """Let keys count that the caller knows from elsewhere, for as long as this lasts."""
    token = _given.set(frozenset(fingerprints))
    try:
        yield
    finally:
        _given.reset(token)


def site_keys() -> SiteKeys:
    """The keys on record, held against the operator's pins and this server's own private key."""
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
    """The text that both keys seal; `at` as `rfc3339` spells it."""
    said = {"type": SITE_KEY, "v": STATEMENT_VERSION, "site": site_id(), "key": key, "next": following}
    return canonical({**said, "at": at, "reason": reason})


def _recorded(data: Mapping[str, Any], earlier: Mapping[str, RecordedKey]) -> RecordedKey | None:
    """What an event says of a key; None where it is no key. An endorsement that proves nothing is left out."""
    try:
        public = bytes.fromhex(data["public_key"])
        said = data.get("endorsement")
        given = said and Endorsement(said["statement"], bytes.fromhex(said["seal"]), bytes.fromhex(said["next_seal"]))
    except (KeyError, TypeError, ValueError):
        return None
    fingerprint = fingerprint_of(public)
    if data.get("fingerprint") != fingerprint:
        return None
    predecessor = _predecessor(given, fingerprint, public, earlier) if given else None
    return RecordedKey(fingerprint, public, given if predecessor else None, predecessor)


def _predecessor(given: Endorsement, fingerprint: str, public: bytes, earlier: Mapping[str, RecordedKey]) -> str | None:
    try:
        said = given.said
    except (ValidationFailed, AssertionError):
        return None
    before = earlier.get(str(said.get("key")))
    if before is None or canonical(said) != given.statement:
        return None
    stands = (said.get("type"), said.get("v"), said.get("site"), said.get("next"))
    if stands != (SITE_KEY, STATEMENT_VERSION, site_id(), fingerprint):
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
