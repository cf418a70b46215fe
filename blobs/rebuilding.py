"""Contents: each has the hash that is its name, and some event names it. Apps further up say which (`BLOBS.on`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import Key, Rows, Table
from blobs.models import Blob
from blobs.reading import read_upload
from kernel.registry import Registry


def _fault(blob: Mapping[str, Any]) -> str | None:
    data, pieces = blob["data"], blob["pieces"]
    if (data is None) == (pieces is None):
        return "its content lies in two places, or in none"
    digest, size = hashlib.sha256(), 0
    try:
        for part in [bytes(data)] if data is not None else read_upload(pieces):
            digest.update(part)
            size += len(part)
    except OSError as error:
        return f"its content cannot be read: {error}"
    fits = digest.hexdigest() == blob["sha256"] and size == blob["size"]
    return None if fits else "its content was changed: the hash does not fit"


# The hashes of contents that rows of an app name and no event does, because a check of the app proves the rows.
CONTENTS_OF_ROWS: Final = Registry[Callable[[], Iterable[str]]]("contents of rows")


def _begins() -> dict[Key, dict[str, Any]]:
    return {(sha256,): {"sha256": sha256} for hashes in CONTENTS_OF_ROWS.values() for sha256 in hashes()}


BLOBS: Final = Table(
    Blob,
    name="blob",
    key=("sha256",),
    derived=("size", "data", "pieces"),
    check=_fault,
    everywhere=True,
    begins=_begins,
    at_once=100,
)


def name_contents(rows: Rows, fact: Fact, hashes: Iterable[str | None]) -> None:
    """The event names these contents: they must be there."""
    for sha256 in hashes:
        if sha256 is not None and (sha256,) not in rows.expected:
            rows.put(fact, (sha256,), sha256=sha256)


TABLES: Final = (BLOBS,)
