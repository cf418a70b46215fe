"""Normalizes the spelling of typed passwords (RFC 8265, OpaqueString) and user names.

Some keyboards produce composed letters and others decomposed ones; the bytes, and so the hashes, would differ.
"""

from __future__ import annotations

import unicodedata


def prepare_password(text: str) -> str:
    """A password as it is hashed: the profile OpaqueString of RFC 8265, section 4.2.

    Every space becomes the ASCII space, and the text Unicode normal form C; case and width are not changed.
    """
    spaced = "".join(" " if unicodedata.category(character) == "Zs" else character for character in text)
    return unicodedata.normalize("NFC", spaced)


def spellings_of_password(text: str) -> list[str]:
    """The spellings that may have been hashed for a typed password: as prepared now, and as older hashes used it.

    A single one for a password in ASCII. Checking all of them counts as one try.
    """
    prepared = prepare_password(text)
    return list(dict.fromkeys([prepared, text, unicodedata.normalize("NFD", prepared)]))


def fold_username(text: str) -> str:
    """A typed user name for comparison: without outer spaces, in normal-width lower-case letters."""
    return unicodedata.normalize("NFKC", text).strip().lower()
