"""People, a project, and an ear for the ephemerals that are sent."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

import realtime
from accounts.models import Person


def person(name: str) -> Person:
    return {"id": str(uuid4()), "display_name": name, "kind": "human"}


@pytest.fixture
def ada() -> Person:
    return person("Ada")


@pytest.fixture
def grace() -> Person:
    return person("Grace")


@pytest.fixture
def project_id() -> UUID:
    return uuid4()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was sent to everybody, as `(name, display name)`; the sending itself is tested with the hub."""
    heard: list[tuple[str, str]] = []

    def send_ephemeral(*, topic: str, name: str, actor: Person, data: dict[str, Person]) -> None:
        assert data["user"] == actor
        heard.append((name, actor["display_name"]))

    monkeypatch.setattr(realtime, "send_ephemeral", send_ephemeral)
    return heard
