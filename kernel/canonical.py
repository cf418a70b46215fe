"""RFC 8785, the JSON Canonicalization Scheme: one value, one text, so that a hash means something."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import rfc8785

# The version of events (`v`): from 2 on they have every column that is compared with them (`audit.rebuilding`).
EVENT_VERSION = 2

_MAX_INTEGER: Final = 2**53 - 1
_encoder: Final = msgspec.json.Encoder(order="sorted")


def canonical(value: Any) -> str:
    """The RFC 8785 text of a JSON value. Raises `ValueError` for what JSON cannot hold (NaN, integers over 2^53)."""
    return canonical_bytes(value).decode("utf-8")


def canonical_bytes(value: Any) -> bytes:
    """The same as UTF-8 bytes."""
    # msgspec writes most values to the byte as RFC 8785 does, in a fraction of the time.
    if _is_common(value):
        try:
            return _encoder.encode(value)
        except UnicodeEncodeError:
            # Half a surrogate pair, which is refused below.
            pass
    return rfc8785.dumps(value)


def canonical_hash(value: Any) -> str:
    """SHA-256 of the canonical UTF-8 text, as bare lowercase hex."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def _is_common(value: Any) -> bool:
    """Whether a value has no floats, which RFC 8785 writes as JavaScript does, and no keys but those of ASCII, which it
    orders by UTF-16; and nothing that JSON cannot hold.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-_MAX_INTEGER <= value <= _MAX_INTEGER)
    if kind is dict:
        for key in value:
            if type(key) is not str or not key.isascii():
                return False
        return _are_common(value.values())
    return (kind is list or kind is tuple) and _are_common(value)


def _are_common(values: Iterable[Any]) -> bool:
    # Texts, which most values are, without a call for each.
    return all(type(each) is str or _is_common(each) for each in values)
