"""The name of a package: the hash of what is in it."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.canonical import canonical_hash


def package_digest(hashes: Mapping[str, str]) -> str:
    """SHA-256 of the canonical text (RFC 8785) of `{path: SHA-256 of the file}`."""
    return canonical_hash(dict(hashes))
