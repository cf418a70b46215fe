"""Replays a history: makes a version of each line, reads it back and compares it byte for byte."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from foundry_site.replay.client import ApiError, Client
from foundry_site.replay.history import CONFIGURATION, ReplayedSave

# A third of the shortest sensible lifetime of a lock, so that it is renewed well before it ends.
RENEW_SECONDS = 15.0


@dataclass(slots=True)
class Replay:
    """The result of a replay. ``different`` has the versions whose text differs from what was sent."""

    project_id: str
    versions: int = 0
    different: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Replayer:
    """A session in a new project, which writes versions."""

    def __init__(self, client: Client, project_id: str) -> None:
        self._client = client
        self._place = f"projects/{project_id}"
        self._session_id: str = client.post(f"{self._place}/sessions/", {})["session_id"]
        self._tokens: dict[str, int] = {}
        self._renewed = time.monotonic()

    def save(self, save: ReplayedSave, base_version: int) -> int:
        """Save one version under the field's lock; returns its number."""
        body: dict[str, object] = {
            "base_version": base_version,
            "session_id": self._session_id,
            "changes": {save.field: save.change()},
            "tokens": {save.field: self._token(save.field)},
            "message": save.message,
        }
        version: int = self._client.post(f"{self._place}/drafts/", body)["version_number"]
        return version

    def read(self, field_name: str, version: int) -> str:
        """The text of the field in that version."""
        if field_name.startswith("files/"):
            path = quote(field_name.removeprefix("files/"))
            text: Any = self._client.get(f"{self._place}/drafts/{version}/files/{path}")["content"]
        else:
            draft = self._client.get(f"{self._place}/drafts/{version}/")
            text = draft["model_configuration_text" if field_name == CONFIGURATION else field_name]
        return str(text)

    def release(self) -> None:
        """Release all locks."""
        for name in self._tokens:
            self._client.post(f"{self._place}/locks/release/", self._of_session(field=name))

    def _token(self, field_name: str) -> int:
        """Acquire the lock of the field, or renew it."""
        if time.monotonic() - self._renewed > RENEW_SECONDS:
            self._renew()
        if field_name not in self._tokens:
            lock = self._client.post(f"{self._place}/locks/", self._of_session(field=field_name))
            self._tokens[field_name] = lock["token"]
        return self._tokens[field_name]

    def _renew(self) -> None:
        if self._tokens:
            answer = self._client.post(f"{self._place}/locks/renew/", self._of_session(fields=list(self._tokens)))
            for lost in answer["lost"]:
                del self._tokens[lost]
        self._renewed = time.monotonic()

    def _of_session(self, **facts: object) -> dict[str, object]:
        return {"session_id": self._session_id, **facts}


def replay(
    client: Client, saves: Sequence[ReplayedSave], *, name: str, on_version: Callable[[ReplayedSave, int], None]
) -> Replay:
    """Make a new project called ``name`` with a version for each save, and read each back.

    Raises:
        ApiError: the server refused something, or gave a version a number that leaves a gap.
    """
    begun = time.monotonic()
    outcome = Replay(project_id=client.post("projects/", {"name": name})["id"])
    replayer = Replayer(client, outcome.project_id)
    for save in saves:
        version = replayer.save(save, base_version=outcome.versions)
        if version != outcome.versions + 1:
            raise ApiError(f"Line {save.number} became v{version}, not v{outcome.versions + 1}.")
        outcome.versions = version
        if replayer.read(save.field, version).encode() != save.kept.encode():
            outcome.different.append(f"v{version} ({save.field}, line {save.number})")
        on_version(save, version)
    replayer.release()
    outcome.seconds = time.monotonic() - begun
    return outcome
