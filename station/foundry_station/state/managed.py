"""The files that this station writes: what they were before, what was written last, and what is under way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from foundry_station.decisions import Deviation
from foundry_station.section import Part
from foundry_station.state.database import State


@dataclass(frozen=True, slots=True)
class Managed:
    """A file that this station has written: `origin` is what was there before (absent, file, link), to be given back.

    `origin_sha256` names the stored bytes of a file that was replaced whole.
    """

    path: Path
    root: Path
    whole: bool
    head: bytes
    origin: str
    origin_sha256: str | None
    origin_link: str | None
    origin_mode: int | None
    made_folders: tuple[Path, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that was begun: what was found, what shall be there, and the name of the temporary file."""

    path: Path
    found: str
    wanted: str
    temporary: str
    parts: tuple[Part, ...]


class ManagedFiles:
    """These facts in the state."""

    def __init__(self, state: State) -> None:
        self._state = state

    def all(self) -> list[Managed]:
        """Every file that is managed."""
        return [_managed(row) for row in self._state.rows("SELECT * FROM files ORDER BY path")]

    def below(self, folder: Path) -> list[Managed]:
        """Those in a folder and in the folders in it."""
        start = f"{folder}/"
        rows = self._state.rows("SELECT * FROM files WHERE substr(path, 1, ?) = ? ORDER BY path", len(start), start)
        return [_managed(row) for row in rows]

    def get(self, path: Path) -> Managed | None:
        row = self._state.row("SELECT * FROM files WHERE path = ?", str(path))
        return _managed(row) if row else None

    def begin(self, managed: Managed) -> None:
        """Note a file before it is written for the first time; what is noted already stays."""
        self._state.run(
            "INSERT OR IGNORE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(str(managed.path), str(managed.root), managed.whole, managed.head, managed.origin),
            *(managed.origin_sha256, managed.origin_link, managed.origin_mode),
            json.dumps([str(each) for each in managed.made_folders]),
            dump_parts(managed.parts),
        )

    def set_parts(self, path: Path, parts: Sequence[Part]) -> None:
        """Note what was written."""
        self._state.run("UPDATE files SET parts = ? WHERE path = ?", dump_parts(parts), str(path))

    def forget(self, path: Path) -> None:
        """The file is managed no longer."""
        with self._state.transaction():
            for table in ("files", "intents", "deviations", "failures"):
                self._state.run(f"DELETE FROM {table} WHERE path = ?", str(path))  # noqa: S608 (our own names)

    # Writes under way

    def intent(self, path: Path) -> Intent | None:
        row = self._state.row("SELECT * FROM intents WHERE path = ?", str(path))
        return Intent(Path(row[0]), row[1], row[2], row[3], load_parts(row[4])) if row else None

    def intents(self) -> list[Intent]:
        """All writes that were begun and not ended."""
        rows = self._state.rows("SELECT * FROM intents")
        return [Intent(Path(row[0]), row[1], row[2], row[3], load_parts(row[4])) for row in rows]

    def intend(self, intent: Intent) -> None:
        self._state.run(
            "INSERT OR REPLACE INTO intents VALUES (?, ?, ?, ?, ?)",
            *(str(intent.path), intent.found, intent.wanted, intent.temporary, dump_parts(intent.parts)),
        )

    def drop_intent(self, path: Path) -> None:
        self._state.run("DELETE FROM intents WHERE path = ?", str(path))

    # Alterations that were left

    def deviations(self, path: Path) -> dict[str, Deviation]:
        """The alterations that were left in a file, by directive."""
        rows = self._state.rows("SELECT directive, found, until, verdict FROM deviations WHERE path = ?", str(path))
        return {name: Deviation(found, _time(until), verdict) for name, found, until, verdict in rows}

    def set_deviation(self, path: Path, directive: str, found: str, until: datetime | None) -> None:
        """Note an alteration; what was decided about an earlier one does not count for it."""
        self._state.run(
            "INSERT INTO deviations (path, directive, found, until) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (path, directive) DO UPDATE SET found = excluded.found, until = excluded.until, verdict = ''",
            *(str(path), directive, found, until.isoformat() if until else None),
        )

    def clear_deviation(self, path: Path, directive: str) -> None:
        self._state.run("DELETE FROM deviations WHERE path = ? AND directive = ?", str(path), directive)

    def decide(
        self,
        decision: str,
        directive: str,
        verdict: str,
        *,
        paths: Sequence[Path] | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Note what was decided about the alterations of a directive, once for each decision; whether that is new.

        `paths` are the files that it is about, None for all; what was altered after it was decided, at `at`, is not.
        """
        with self._state.transaction():
            if not self._state.run("INSERT OR IGNORE INTO decided VALUES (?)", decision).rowcount:
                return False
            for path, found in self._state.rows("SELECT path, found FROM deviations WHERE directive = ?", directive):
                if (paths is None or Path(path) in paths) and not self._is_altered_after(at, directive, found):
                    of_one = "UPDATE deviations SET verdict = ? WHERE directive = ? AND path = ?"
                    self._state.run(of_one, verdict, directive, path)
        return True

    def _is_altered_after(self, at: datetime | None, directive: str, found: str) -> bool:
        """Whether an alteration was last reported after a moment."""
        row = self._state.row(
            "SELECT json_extract(body, '$.at') FROM reports WHERE json_extract(body, '$.kind') = 'change_detected'"
            " AND json_extract(body, '$.directive') = ? AND COALESCE(json_extract(body, '$.found'), '') = ?"
            " ORDER BY seq DESC LIMIT 1",
            *(directive, found),
        )
        altered = _time(row[0]) if row else None
        return at is not None and altered is not None and altered > at

    def next_expiry(self, now: datetime) -> datetime | None:
        """When the next alteration is allowed no longer."""
        rows = self._state.rows("SELECT until FROM deviations WHERE until IS NOT NULL AND verdict = ''")
        times = (_time(row[0]) for row in rows)
        return min((time for time in times if time is not None and time > now), default=None)

    # What cannot be written

    def failure(self, path: Path) -> tuple[str, str] | None:
        """Why a file could not be written when it was last tried, and what was found then."""
        row = self._state.row("SELECT reason, found FROM failures WHERE path = ?", str(path))
        return (row[0], row[1]) if row else None

    def set_failure(self, path: Path, reason: str, found: str) -> None:
        self._state.run("INSERT OR REPLACE INTO failures VALUES (?, ?, ?)", str(path), reason, found)

    def clear_failure(self, path: Path) -> None:
        self._state.run("DELETE FROM failures WHERE path = ?", str(path))

    # Watched folders

    def watched(self) -> list[Path]:
        """The folders that are watched."""
        return [Path(row[0]) for row in self._state.rows("SELECT path FROM watched ORDER BY path")]

    def watch(self, path: Path) -> None:
        self._state.run("INSERT OR IGNORE INTO watched VALUES (?)", str(path))

    def unwatch(self, path: Path) -> bool:
        """Watch a folder no longer; whether it was watched."""
        return self._state.run("DELETE FROM watched WHERE path = ?", str(path)).rowcount > 0


def _managed(row: Sequence[Any]) -> Managed:
    path, root, whole, head, origin, sha256, link, mode, folders, parts = row
    made = tuple(map(Path, json.loads(folders)))
    return Managed(
        Path(path), Path(root), bool(whole), bytes(head), origin, sha256, link, mode, made, load_parts(parts)
    )


def dump_parts(parts: Sequence[Part]) -> str:
    """Parts as they are stored."""
    return json.dumps([[each.id, *(line.decode("utf-8", "surrogateescape") for line in each.lines)] for each in parts])


def load_parts(text: str) -> tuple[Part, ...]:
    """Parts that were stored."""
    return tuple(
        Part(name, tuple(line.encode("utf-8", "surrogateescape") for line in lines))
        for name, *lines in json.loads(text)
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
