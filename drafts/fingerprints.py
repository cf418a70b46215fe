"""What a request with a `client_ref` asked for, small enough to keep and strict enough to compare."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec


def fingerprint(value: Any) -> str:
    """SHA-256 of a request value, also of one that will be refused later (NaN, lone surrogates)."""
    if isinstance(value, msgspec.Raw):
        data = bytes(value)
    elif isinstance(value, str):
        data = value.encode("utf-8", "surrogatepass")
    elif isinstance(value, Mapping):
        parts = [f"{fingerprint(name)}:{fingerprint(each)}" for name, each in value.items()]
        data = "\n".join(sorted(parts)).encode()
    else:
        data = repr(value).encode("utf-8", "surrogatepass")
    return hashlib.sha256(type(value).__name__.encode() + b"\0" + data).hexdigest()
