"""What an alarm about another state names, while bundles are under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from stages.replication.link import comparing

PROJECT, PEER = UUID(int=1), UUID(int=2)
CHANGED, UNDER_WAY = str(UUID(int=0xA0)), str(UUID(int=0xB0))
ONE, OTHER = "11" * 32, "22" * 32


class Lanes:
    async def read(self, work: Callable[[], Any]) -> Any:
        return work()

    write = read


class FakeLink:
    """A link with a site that shows these digests, in one block; it ends when there is nothing more to do."""

    def __init__(self, theirs: Mapping[str, str]) -> None:
        self.project_id, self.lanes = PROJECT, Lanes()
        self.remote = SimpleNamespace(project_id=PROJECT, peer_id=PEER, peer_key="aa" * 32)
        self._theirs = theirs

    async def call(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        assert method == "digests.get"
        return {"digests": dict(self._theirs) if params else {"00": ONE}}

    async def woken(self, *_args: Any) -> None:
        raise asyncio.CancelledError


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], list[str]]]:
    """What alarms are about, as it is written down."""
    found: list[tuple[list[str], list[str]]] = []
    monkeypatch.setattr(comparing, "_BETWEEN", 0)
    monkeypatch.setattr(comparing, "is_unnamed", lambda _peer: True)
    monkeypatch.setattr(comparing, "raise_differs", lambda _peer, *each: found.append(each))
    monkeypatch.setattr(comparing, "blocks_of", lambda _project: {"00": OTHER})
    monkeypatch.setattr(comparing, "mappings_of", lambda _project: {})
    return found


def show(monkeypatch: pytest.MonkeyPatch, *looks: Mapping[str, str]) -> None:
    """What this site shows at one look after the other."""
    shown: Iterator[Mapping[str, str]] = iter(looks)
    monkeypatch.setattr(comparing, "digests_in", lambda _project, _block: next(shown))


async def follow(link: FakeLink) -> None:
    with suppress(asyncio.CancelledError):
        await comparing.name_differences(link)  # type: ignore[arg-type]


async def test_a_record_that_is_under_way_is_not_named(
    named: list[tuple[list[str], list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    show(monkeypatch, {CHANGED: OTHER}, {CHANGED: OTHER, UNDER_WAY: ONE})
    await follow(FakeLink({CHANGED: ONE, UNDER_WAY: ONE}))
    assert named == [([CHANGED], [])]


async def test_no_alarm_is_about_nothing(
    named: list[tuple[list[str], list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    show(monkeypatch, {}, {UNDER_WAY: ONE})
    await follow(FakeLink({UNDER_WAY: ONE}))
    assert named == []
