"""Kept texts are bounded by age and size. What something still refers to stays, and so does the newest of each file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from foundry_station.state.database import State

DAYS: Final = 90
MEGABYTES: Final = 256
MAX_DAYS: Final = 3650
MAX_MEGABYTES: Final = 100_000
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How long kept texts stay, and how much room they may take on the disk (MiB)."""

    days: int
    megabytes: int


def limits_of(state: State) -> Limits:
    """Those of this station."""
    return Limits(int(state.setting("kept_days") or DAYS), int(state.setting("kept_megabytes") or MEGABYTES))


def set_limits(state: State, *, days: int | None, megabytes: int | None) -> None:
    """Choose other ones; None leaves one as it is. Raises `ValueError`."""
    for value, most, what in ((days, MAX_DAYS, "days"), (megabytes, MAX_MEGABYTES, "megabytes")):
        if value is not None and not 1 <= value <= most:
            raise ValueError(f"--{what} is a number from 1 to {most}.")
    chosen = {"kept_days": days, "kept_megabytes": megabytes}
    state.set(**{name: str(value) for name, value in chosen.items() if value is not None})


def complete_since(state: State) -> str | None:
    """The time of the newest kept text that was removed: from then on nothing is missing. None where none ever was."""
    return state.setting("kept_since")


def prune(state: State, now: datetime) -> int:
    """Remove the kept texts that are too old, then the oldest until the rest fits; answers how many.

    Never removed: the newest text of each file; what a report names that the server does not have yet, an alteration
    that is allowed or waits for a decision, or a request that was not sent yet; what a file was before this station.
    Raises `StateUnavailable`.
    """
    limits = limits_of(state)
    with state.transaction():
        held = _held(state)
        removed = list[int]()
        oldest = now - timedelta(days=limits.days)
        room = _size(state) - limits.megabytes * _MEGABYTE
        for number, at, size in _removable(state, held):
            if datetime.fromisoformat(at) >= oldest and room <= 0:
                break
            state.run("DELETE FROM kept WHERE id = ?", number)
            state.set(kept_since=at)
            removed.append(number)
            room -= size
        _forget_bytes(state, held)
    return len(removed)


def _removable(state: State, held: set[str]) -> list[tuple[int, str, int]]:
    """Number, time and size of those that may go, the oldest first."""
    rows = state.rows(
        "SELECT id, at, sha256, parts, length(parts) + coalesce((SELECT length(data) FROM blobs"
        " WHERE blobs.sha256 = kept.sha256), 0) FROM kept"
        " WHERE id NOT IN (SELECT max(id) FROM kept GROUP BY path) ORDER BY id"
    )
    return [(row[0], row[1], row[4]) for row in rows if not held & {row[2], *_parts(row[3])}]


def _parts(parts: str) -> set[str]:
    """The SHA-256 of each altered text of a kept file."""
    return {_sha256(text) for _directive, _title, text in json.loads(parts) if text is not None}


def _held(state: State) -> set[str]:
    """The SHA-256 of the texts that something refers to."""
    held = {str(row[0]) for row in state.rows("SELECT found FROM deviations")}
    for (body,) in state.rows("SELECT body FROM reports WHERE NOT acknowledged"):
        held.add(str(json.loads(body).get("found", "")))
    for (params,) in state.rows("SELECT params FROM asked WHERE answer IS NULL AND error IS NULL"):
        held.add(_sha256(str(json.loads(params).get("text", ""))))
    return held


def _forget_bytes(state: State, held: set[str]) -> None:
    used: set[Any] = set(held)
    for table, column in (("kept", "sha256"), ("files", "origin_sha256")):
        used |= {row[0] for row in state.rows(f"SELECT {column} FROM {table}")}  # noqa: S608 (our own names)
    for (name,) in state.rows("SELECT sha256 FROM blobs"):
        if name not in used:
            state.run("DELETE FROM blobs WHERE sha256 = ?", name)


def _size(state: State) -> int:
    (row,) = state.rows(
        "SELECT (SELECT coalesce(sum(length(parts)), 0) FROM kept) + (SELECT coalesce(sum(length(data)), 0) FROM blobs"
        " WHERE sha256 IN (SELECT sha256 FROM kept))"
    )
    return int(row[0])


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
