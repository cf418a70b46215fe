"""What a site's key has sealed: checked against pinned keys, followed from one key to the next.

A sealed text is RFC 8785 JSON with `type`, `v`, `site` and `key`, the fingerprint of an Ed25519 key of the site. Its
seal is that key's signature over the text's UTF-8 bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from foundry_station.canonical import parse

MAX_TEXT_BYTES: Final = 1024 * 1024
VERSION: Final = 1


class Refused(Exception):
    """Something that the server sent is not obeyed; `reason` is a short code, the same in every report."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SealedText:
    """A sealed text as it was sent: the text, the fingerprint of the key, and 64 bytes of signature in hex."""

    text: str
    key: str
    seal: str

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> SealedText:
        """From the members `text`, `key` and `seal` of a frame. Raises `Refused`."""
        members = tuple(value.get(name) for name in ("text", "key", "seal"))
        if not all(isinstance(each, str) for each in members):
            raise Refused("format", "A sealed text has the members text, key and seal.")
        return cls(*members)  # type: ignore[arg-type] # texts, as was just checked

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()

    def open(self, kind: str, *, site: str | None, keys: Mapping[str, bytes]) -> dict[str, Any]:
        """What was sealed, by one of `keys` (fingerprint → 32 public bytes) of the site. Raises `Refused`.

        `site` is None before the first text: it is then the site of whoever holds the pinned key.
        """
        if len(self.text) > MAX_TEXT_BYTES or len(self.text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
            raise Refused("size", f"A sealed text has at most {MAX_TEXT_BYTES} bytes.")
        public = keys.get(self.key)
        if public is None:
            raise Refused("key", f"The key {self.key[:16]} is not pinned here.")
        if not is_signed(public, self.seal, self.text):
            raise Refused("seal", "The seal does not fit the text.")
        return self._content(kind, site)

    def _content(self, kind: str, site: str | None) -> dict[str, Any]:
        try:
            content = parse(self.text)
        except ValueError as error:
            raise Refused("format", f"The text is no JSON: {error}") from error
        if not isinstance(content, dict) or content.get("type") != kind or content.get("v") != VERSION:
            raise Refused("format", f"The text is no {kind} of version {VERSION}.")
        if not isinstance(content.get("site"), str) or content["site"] != (site or content["site"]):
            raise Refused("site", "The text is another site's.")
        if content.get("key") != self.key:
            raise Refused("key", "The text names another key than its seal.")
        return content


@dataclass(frozen=True, slots=True)
class Succession:
    """A site's next key, which the key before it and the next one itself have sealed (`site_key` statement)."""

    key: str
    following: str
    public_key: bytes


def fingerprint_of(public_key: bytes) -> str:
    """SHA-256 of the 32 public bytes, in lowercase hex: what people compare."""
    return hashlib.sha256(public_key).hexdigest()


def is_signed(public_key: bytes, seal: str, text: str) -> bool:
    """Whether `seal`, in hex, is the key's signature over the text."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(seal), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def read_public_key(value: Mapping[str, Any]) -> tuple[str, bytes]:
    """A key as the server lists it: its fingerprint and its 32 bytes. Raises `Refused` where they do not fit."""
    fingerprint, public = value.get("fingerprint"), value.get("public_key")
    try:
        raw = bytes.fromhex(public if isinstance(public, str) else "")
    except ValueError:
        raw = b""
    if len(raw) != 32 or fingerprint_of(raw) != fingerprint:
        raise Refused("key", "A key of the site does not fit its fingerprint.")
    return fingerprint_of(raw), raw


def read_succession(value: Mapping[str, Any], *, site: str, keys: Mapping[str, bytes]) -> Succession | None:
    """The succession by which a listed key came after one of `keys`; None where there is none, or it proves nothing."""
    following, public_key = read_public_key(value)
    parts = value.get("endorsement")
    if not isinstance(parts, dict) or not all(isinstance(parts.get(each), str) for each in _ENDORSEMENT):
        return None
    text, seal, next_seal = (parts[each] for each in _ENDORSEMENT)
    try:
        content = parse(text)
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    found = tuple(content.get(each) for each in ("type", "v", "site", "next"))
    before = keys.get(str(content.get("key")))
    if found != ("site_key", VERSION, site, following) or before is None:
        return None
    if not is_signed(before, seal, text) or not is_signed(public_key, next_seal, text):
        return None
    return Succession(str(content["key"]), following, public_key)


_ENDORSEMENT: Final = ("statement", "seal", "next_seal")
