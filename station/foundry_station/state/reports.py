"""The station's reports: a chain of hashes, so that what was sent once cannot be rewritten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from foundry_station.canonical import canonical, clean
from foundry_station.state.database import State

MAX_BODY_BYTES: Final = 8192
MAX_VALUE: Final = 1000
_SELECT: Final = "SELECT seq, body, prev_hash, hash FROM reports"


@dataclass(frozen=True, slots=True)
class Report:
    """One link of the chain: `hash` is SHA-256 of `prev_hash`, `seq` (8 bytes, big-endian) and `body` (RFC 8785)."""

    seq: int
    body: str
    prev_hash: bytes
    hash: bytes

    @property
    def facts(self) -> dict[str, str]:
        """The members of the body."""
        facts: dict[str, str] = json.loads(self.body)
        return facts


class Reports:
    """The chain in the state."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, facts: Mapping[str, str | None]) -> Report:
        """Append a report of these facts; those that are None are left out, and long ones are cut."""
        body = canonical({name: clean(value)[:MAX_VALUE] for name, value in facts.items() if value is not None})
        with self._state.transaction():
            seq, prev_hash = self.head()
            return self._append(seq + 1, prev_hash, body)

    def head(self) -> tuple[int, bytes]:
        """Number and hash of the newest report; before the first one 0 and the SHA-256 of the station's id."""
        row = self._state.row("SELECT seq, hash FROM reports ORDER BY seq DESC LIMIT 1")
        return (row[0], bytes(row[1])) if row else (0, self._beginning())

    def unsent(self, limit: int) -> list[Report]:
        """The oldest reports that the server has not acknowledged."""
        rows = self._state.rows(f"{_SELECT} WHERE NOT acknowledged ORDER BY seq LIMIT ?", limit)
        return [Report(*row) for row in rows]

    def count_unsent(self) -> int:
        """How many the server has not acknowledged."""
        return int(self._state.row("SELECT count(*) FROM reports WHERE NOT acknowledged")[0])

    def all(self) -> list[Report]:
        """The whole chain, the oldest first."""
        return [Report(*row) for row in self._state.rows(f"{_SELECT} ORDER BY seq")]

    def acknowledge(self, seq: int, hash_: str) -> bool:
        """Note what the server has; False where that is not our chain: then nothing is noted.

        A server that was restored from a backup has less than it acknowledged once: what it lacks is sent again.
        """
        row = self._state.row("SELECT hash FROM reports WHERE seq = ?", seq)
        known = self._beginning() if seq == 0 else bytes(row[0]) if row else b""
        if known.hex() != hash_:
            return False
        with self._state.transaction():
            self._state.run("UPDATE reports SET acknowledged = seq <= ? WHERE acknowledged != (seq <= ?)", seq, seq)
        return True

    def begin_again(self) -> None:
        """Begin the chain of a new station with what no server has yet; the rest stays with the station before."""
        with self._state.transaction():
            bodies = [each.body for each in self.unsent(-1)]
            self._state.run("DELETE FROM reports")
            prev_hash = self._beginning()
            for seq, body in enumerate(bodies, 1):
                prev_hash = self._append(seq, prev_hash, body).hash

    def fault(self) -> str | None:
        """What is wrong with the chain as it is stored; None where nothing is."""
        seq, prev_hash = 0, self._beginning()
        for report in self.all():
            if report.seq != seq + 1 or report.prev_hash != prev_hash:
                return f"Report {report.seq} does not continue report {seq}."
            if _hash(report.prev_hash, report.seq, report.body) != report.hash:
                return f"Report {report.seq} was altered."
            seq, prev_hash = report.seq, report.hash
        return None

    def _append(self, seq: int, prev_hash: bytes, body: str) -> Report:
        report = Report(seq, body, prev_hash, _hash(prev_hash, seq, body))
        self._state.run(
            "INSERT INTO reports (seq, body, prev_hash, hash) VALUES (?, ?, ?, ?)", seq, body, prev_hash, report.hash
        )
        return report

    def _beginning(self) -> bytes:
        return hashlib.sha256((self._state.setting("station") or "").encode()).digest()


def _hash(prev_hash: bytes, seq: int, body: str) -> bytes:
    return hashlib.sha256(prev_hash + seq.to_bytes(8, "big") + body.encode()).digest()


def as_frames(reports: Sequence[Report]) -> list[dict[str, object]]:
    """Reports as `reports.put` has them."""
    return [
        {"seq": each.seq, "body": each.facts, "prev_hash": each.prev_hash.hex(), "hash": each.hash.hex()}
        for each in reports
    ]
