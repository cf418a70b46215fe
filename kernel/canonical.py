"""RFC 8785, the JSON Canonicalization Scheme: one value, one text, so that a hash means something."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

# The version of events (`v`): from 2 on they have every column that is compared with them (`audit.rebuilding`).
EVENT_VERSION = 2


def canonical(value: Any) -> str:
    """The RFC 8785 text of a JSON value. Raises `ValueError` for what JSON cannot hold (NaN, integers over 2^53)."""
    return rfc8785.dumps(value).decode("utf-8")


def canonical_hash(value: Any) -> str:
    """SHA-256 of the canonical UTF-8 text, as bare lowercase hex."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()
