"""Bundles that tests write: as a site would, with real keys or with signatures of nobody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from nacl.signing import SigningKey

from stages.registers.fold.bundles import Bundle, Head, compose_bundle
from stages.registers.fold.clocks import Clock
from stages.registers.fold.payloads import Payload

PROJECT: Final = "01900000-0000-7000-8000-000000000001"
NO_SIGNATURE: Final = bytes(64)


def numbered_id(number: int) -> str:
    """An id of version 7 that rises with its number."""
    return f"{number >> 16:08x}-{number & 0xFFFF:04x}-7000-8000-000000000000"


def key_of(name: str) -> SigningKey:
    return SigningKey(hashlib.sha256(name.encode()).digest())


def public_key(name: str) -> str:
    return hashlib.sha256(f"key of {name}".encode()).hexdigest()


class Site:
    """A site's chain of bundles of one project, with a clock that tests set."""

    def __init__(self, name: str, ids: Iterator[int]) -> None:
        self.name = name
        self.site_key = public_key(name)
        self.ids = ids
        self.head = Head()
        self.now_ms = 1_000

    def write(
        self,
        payloads: Iterable[Payload],
        *,
        seen: Clock | None = None,
        undoes: str | None = None,
    ) -> Bundle:
        bundle = compose_bundle(
            [(payload, None) for payload in payloads],
            project=PROJECT,
            site_key=self.site_key,
            head=self.head,
            seen=seen or {},
            actor_id=self.actor_id,
            sign=self.sign,
            new_id=self.new_id,
            now_ms=self.now_ms,
            undoes=undoes,
        )
        self.head = bundle.head
        return bundle

    @property
    def actor_id(self) -> str:
        """The key of the person who writes now."""
        return public_key(f"person {self.name}")

    def sign(self, text: str) -> bytes:
        return NO_SIGNATURE

    def new_id(self) -> str:
        return numbered_id(next(self.ids))


def signed_bundle(payloads: Sequence[Payload], actor: SigningKey, ids: Iterator[int]) -> Bundle:
    """The first bundle of a site, signed by an actor."""
    return compose_bundle(
        [(payload, None) for payload in payloads],
        project=PROJECT,
        site_key=public_key("site"),
        head=Head(),
        seen={},
        actor_id=actor.verify_key.encode().hex(),
        sign=lambda text: actor.sign(text.encode()).signature,
        new_id=lambda: numbered_id(next(ids)),
        now_ms=1_700_000_000_000,
    )
