"""One spelling for what people type in several: passwords (RFC 8265, OpaqueString) and user names.

The same letters come composed from one keyboard and decomposed from another; the bytes differ, and so would the hash.
"""

from __future__ import annotations

import unicodedata


def prepare_password(text: str) -> str:
    """A password as it is hashed: the profile OpaqueString of RFC 8265, section 4.2.

    Every space is the ASCII one, and the rest Unicode normal form C; case and width stay, they are somebody's choice.
    """
    spaced = "".join(" " if unicodedata.category(character) == "Zs" else character for character in text)
    return unicodedata.normalize("NFC", spaced)


def spellings_of_password(text: str) -> list[str]:
    """What may have been hashed for what was typed: as it is prepared now, and as older hashes took it from a keyboard.

    One entry for a password in ASCII; all of them are one try.
    """
    prepared = prepare_password(text)
    return list(dict.fromkeys([prepared, text, unicodedata.normalize("NFD", prepared)]))


def fold_username(text: str) -> str:
    """A typed user name as names are compared: without outer spaces, full-width letters narrow, small letters."""
    return unicodedata.normalize("NFKC", text).strip().lower()
