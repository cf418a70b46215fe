"""Contents: each has the hash that is its name, and some event names it. Apps further up say which (`BLOBS.on`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import Rows, Table
from blobs.models import Blob, sha256_of


def _fault(blob: Mapping[str, Any]) -> str | None:
    data = bytes(blob["data"])
    fits = sha256_of(data) == blob["sha256"] and len(data) == blob["size"]
    return None if fits else "its content was changed: the hash does not fit"


BLOBS: Final = Table(
    Blob, name="blob", key=("sha256",), derived=("size", "data"), check=_fault, everywhere=True, at_once=100
)


def name_contents(rows: Rows, fact: Fact, hashes: Iterable[str | None]) -> None:
    """The event names these contents: they must be there."""
    for sha256 in hashes:
        if sha256 is not None and (sha256,) not in rows.expected:
            rows.put(fact, (sha256,), sha256=sha256)


TABLES: Final = (BLOBS,)
