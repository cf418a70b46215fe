"""Kept texts: whatever a station replaced. They stay on this machine."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from foundry_station.state.database import State


@dataclass(frozen=True, slots=True)
class AlteredPart:
    """What was there for a directive when the station replaced it; `text` is None where it was missing or no UTF-8."""

    directive: str
    title: str
    text: str | None


@dataclass(frozen=True, slots=True)
class KeptText:
    """A file as it was before the station replaced it; `link` is where it led, if it was a link."""

    id: int
    path: str
    at: str
    sha256: str
    link: str | None
    parts: tuple[AlteredPart, ...]


class KeptTexts:
    """The kept texts in the state; the same bytes are stored once."""

    def __init__(self, state: State) -> None:
        self._state = state

    def keep(self, path: str, data: bytes, *, at: str, parts: Sequence[AlteredPart], link: str | None = None) -> int:
        """Store a file before it is replaced; its number. Raises `StateUnavailable`."""
        with self._state.transaction():
            sha256 = self.store(data)
            listed = json.dumps([[each.directive, each.title, each.text] for each in parts])
            cursor = self._state.run(
                "INSERT INTO kept (path, at, sha256, link, parts) VALUES (?, ?, ?, ?, ?)",
                path,
                at,
                sha256,
                link,
                listed,
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def store(self, data: bytes) -> str:
        """Store bytes under their SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        self._state.run("INSERT OR IGNORE INTO blobs VALUES (?, ?)", sha256, zlib.compress(data))
        return sha256

    def data(self, sha256: str) -> bytes:
        """The bytes that were stored. Raises `KeyError`."""
        row = self._state.row("SELECT data FROM blobs WHERE sha256 = ?", sha256)
        if row is None:
            raise KeyError(sha256)
        return zlib.decompress(row[0])

    def all(self) -> list[KeptText]:
        """All of them, the newest first."""
        rows = self._state.rows("SELECT id, path, at, sha256, link, parts FROM kept ORDER BY id DESC")
        return [_read(row) for row in rows]

    def get(self, number: int) -> KeptText | None:
        """One of them by its number."""
        row = self._state.row("SELECT id, path, at, sha256, link, parts FROM kept WHERE id = ?", number)
        return _read(row) if row else None


def _read(row: Sequence[Any]) -> KeptText:
    number, path, at, sha256, link, parts = row
    return KeptText(number, path, at, sha256, link, tuple(AlteredPart(*each) for each in json.loads(parts)))
