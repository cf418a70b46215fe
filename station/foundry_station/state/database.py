"""The file of the state: its tables, its transactions, and the lock of the one daemon."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

DATABASE: Final = "station.db"
LOCK: Final = "daemon.lock"
SYSTEM_FOLDER: Final = Path("/var/lib/foundry-station")
BUSY_SECONDS: Final = 10.0

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS keys (
    fingerprint TEXT PRIMARY KEY, public_key TEXT, retired INTEGER NOT NULL DEFAULT 0, how TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sealed (
    taken INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, subject TEXT NOT NULL, key TEXT NOT NULL,
    number INTEGER NOT NULL, text TEXT NOT NULL, seal TEXT NOT NULL, UNIQUE (kind, subject, key));
CREATE TABLE IF NOT EXISTS texts (sha256 TEXT PRIMARY KEY, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refusals (sha256 TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (sha256, reason));
CREATE TABLE IF NOT EXISTS blobs (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS kept (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, at TEXT NOT NULL, sha256 TEXT NOT NULL, link TEXT,
    parts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS reports (
    seq INTEGER PRIMARY KEY, body TEXT NOT NULL, prev_hash BLOB NOT NULL, hash BLOB NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS intents (
    path TEXT PRIMARY KEY, found TEXT NOT NULL, wanted TEXT NOT NULL, temporary TEXT NOT NULL, parts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    path TEXT PRIMARY KEY, root TEXT NOT NULL, whole INTEGER NOT NULL, head BLOB NOT NULL, origin TEXT NOT NULL,
    origin_sha256 TEXT, origin_link TEXT, origin_mode INTEGER, made_folders TEXT NOT NULL, parts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deviations (
    path TEXT NOT NULL, directive TEXT NOT NULL, found TEXT NOT NULL, until TEXT, verdict TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (path, directive));
CREATE TABLE IF NOT EXISTS decided (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS failures (path TEXT PRIMARY KEY, reason TEXT NOT NULL, found TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS watched (path TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS asked (
    id INTEGER PRIMARY KEY AUTOINCREMENT, method TEXT NOT NULL, params TEXT NOT NULL, answer TEXT, error TEXT);
"""


class StateUnavailable(Exception):
    """The state cannot be written or read: a full disk, a damaged file. What cannot be recorded is not done."""


class AnotherDaemon(Exception):
    """A daemon runs on this state already; `pid` is its number, 0 where it is not known."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"A station runs already, as process {pid}.")
        self.pid = pid


def default_folder() -> Path:
    """Where the state of this user is; `FOUNDRY_STATION_HOME` names another folder."""
    if chosen := os.environ.get("FOUNDRY_STATION_HOME"):
        return Path(chosen).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "foundry-station"
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "foundry-station"


class State:
    """The open state. Used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Open the state of a folder, which is made with mode 700. Raises `StateUnavailable`."""
        self.folder = folder
        self._depth = 0
        self._lock: int | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.file = folder / DATABASE
            os.close(os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            self.file.chmod(0o600)
            self.connection = sqlite3.connect(
                self.file, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS
            )
            self.connection.execute("PRAGMA journal_mode=WAL")
            self.connection.execute("PRAGMA synchronous=FULL")
            self.connection.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise StateUnavailable(f"The state in {folder} cannot be used: {error}") from error

    def close(self) -> None:
        """Close the file, and let another daemon run."""
        self.connection.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def become_daemon(self) -> None:
        """Be the one daemon of this state until it is closed. Raises `AnotherDaemon`."""
        descriptor = _locked(self.folder)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._lock = descriptor

    def daemon(self) -> int | None:
        """The number of the process that is the daemon of this state, 0 if not known; None where none runs."""
        try:
            os.close(_locked(self.folder))
        except AnotherDaemon as other:
            return other.pid
        return None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, on the disk when it has ended; one inside another is part of it.

        Raises `StateUnavailable` where it cannot be written, and then nothing of it has happened.
        """
        if self._depth:
            yield
            return
        self.run("BEGIN IMMEDIATE")
        self._depth += 1
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.rollback()
            raise
        finally:
            self._depth -= 1

    def run(self, statement: str, *values: Any) -> sqlite3.Cursor:
        """Execute one statement. Raises `StateUnavailable`."""
        try:
            return self.connection.execute(statement, values)
        except sqlite3.Error as error:
            raise StateUnavailable(f"The state in {self.folder} cannot be used: {error}") from error

    def row(self, statement: str, *values: Any) -> Any:
        """The first row that is found, or None."""
        return self.run(statement, *values).fetchone()

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """All rows that are found."""
        return self.run(statement, *values).fetchall()

    def setting(self, name: str) -> str | None:
        """A fact of this station by its name: `server`, `token`, `station`, `site` …"""
        row = self.row("SELECT value FROM settings WHERE name = ?", name)
        return None if row is None else str(row[0])

    def set(self, **values: str | None) -> None:
        """Store facts; None removes one."""
        with self.transaction():
            for name, value in values.items():
                if value is None:
                    self.run("DELETE FROM settings WHERE name = ?", name)
                else:
                    self.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, value)

    def version(self) -> int:
        """A number that changes whenever another process has changed the state."""
        return int(self.row("PRAGMA data_version")[0])


def _locked(folder: Path) -> int:
    """The lock file of a state, locked."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateUnavailable(f"The state in {folder} cannot be used: {error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        pid = os.pread(descriptor, 20, 0).strip()
        os.close(descriptor)
        raise AnotherDaemon(int(pid) if pid.isdigit() else 0) from error
    return descriptor
