"""What a station sends: its reports until they are acknowledged, its placements, and what people ask for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from foundry_station.engine import Engine, Placement
from foundry_station.state.reports import Report, as_frames

MAX_REPORTS: Final = 200
MAX_TEXT_BYTES: Final = 1024 * 1024
MAX_FRAME_TEXT_BYTES: Final = 4 * 1024 * 1024
MAX_PLACEMENTS: Final = 500
MAX_FILES: Final = 100


class Outbox:
    """Makes frames of what is in the state. Used by one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sent: dict[str, Placement] = {}

    def forget_sent(self) -> None:
        """Another connection has begun: all placements are sent again."""
        self._sent.clear()

    def reports(self, most: int = MAX_REPORTS) -> dict[str, Any] | None:
        """The parameters of the next `reports.put`; None where nothing waits. Only `temporary` sends texts."""
        waiting = self._engine.enforcer.reports.unsent(most)
        chosen, texts, room = list[Report](), dict[str, str](), MAX_FRAME_TEXT_BYTES
        for report in waiting:
            text = self._altered_text(report)
            if text is not None:
                room -= len(text[1].encode())
                if room < 0 and chosen:
                    break
                texts[text[0]] = text[1]
            chosen.append(report)
        return {"reports": as_frames(chosen), "texts": texts} if chosen else None

    def _altered_text(self, report: Report) -> tuple[str, str] | None:
        facts = report.facts
        if facts["kind"] != "change_detected" or "found" not in facts:
            return None
        try:
            data = self._engine.enforcer.kept.data(facts["found"])
            text = data.decode()
        except (KeyError, UnicodeDecodeError):
            return None
        return (facts["found"], text) if len(data) <= MAX_TEXT_BYTES and "\0" not in text else None

    def placements(self) -> dict[str, Any] | None:
        """The parameters of the next `placements.put`: those that are other than when they were last sent."""
        now = self._engine.placements()
        changed = [each for each in now if self._sent.get(each.directive) != each][:MAX_PLACEMENTS]
        if not changed:
            return None
        self._sent.update({each.directive: each for each in changed})
        return {"placements": [_frame(each) for each in changed]}

    # What commands ask for while a daemon runs

    def ask(self, method: str, params: Mapping[str, Any]) -> int:
        """Leave a request for whoever has the connection; its number."""
        state = self._engine.state
        cursor = state.run("INSERT INTO asked (method, params) VALUES (?, ?)", method, json.dumps(params))
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def asked(self) -> list[tuple[int, str, dict[str, Any]]]:
        """The requests that have no answer yet."""
        rows = self._engine.state.rows(
            "SELECT id, method, params FROM asked WHERE answer IS NULL AND error IS NULL ORDER BY id"
        )
        return [(number, method, json.loads(params)) for number, method, params in rows]

    def answer(self, number: int, answer: object) -> None:
        self._engine.state.run("UPDATE asked SET answer = ? WHERE id = ?", json.dumps(answer), number)

    def refuse(self, number: int, code: int, detail: str) -> None:
        error = json.dumps({"code": code, "detail": detail})
        self._engine.state.run("UPDATE asked SET error = ? WHERE id = ?", error, number)


def _frame(placement: Placement) -> dict[str, Any]:
    until = placement.until
    return {
        "directive": placement.directive,
        "state": placement.state,
        "sha256": placement.sha256,
        "files": list(placement.files[:MAX_FILES]),
        "edition": placement.edition,
        "until": until.astimezone(UTC).isoformat() if isinstance(until, datetime) else None,
    }
