"""A site that knows less than this one: what it does not know is not asked again, and nobody is warned of it."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace

import pytest

from kernel.errors import Conflict
from stages.replication.home import working
from stages.replication.link.methods import Answer, Link, Method
from tests.patience import PATIENCE
from tests.replication.link.wires import Links, wires


def refuse(*_given: object) -> Answer:
    raise Conflict("Not now.")


async def ask(link: Link, method: str, ended: asyncio.Queue[str]) -> None:
    """A worker that asks for one thing, and says that it has ended."""
    try:
        await link.call(method, {})
    finally:
        ended.put_nowait(method)


@pytest.mark.parametrize(("method", "warnings"), [("weather.get", 0), ("record.get", 2)])
async def test_a_method_that_the_other_site_lacks_is_no_fault(
    method: str, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    ended = asyncio.Queue[str]()
    methods = {"record.get": Method(answer=refuse)}
    async with Links(methods, {"asking": lambda link: ask(link, method, ended)}).running() as links:
        one, other = wires()
        link, run = links.begin(one)
        links.begin(other)
        async with asyncio.timeout(PATIENCE):
            assert [await ended.get(), await ended.get()] == [method] * 2
            # The link goes on without it.
            await link.call("state", dict(link.peer_state))
        assert not run.done()
    assert len([each for each in caplog.records if each.levelno >= logging.WARNING]) == warnings


async def test_the_record_is_pushed_once_to_a_site_that_takes_none(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ended = asyncio.Queue[str]()

    async def push(link: Link) -> None:
        try:
            await working.push_record(link)
        finally:
            ended.put_nowait("record")

    monkeypatch.setattr(working, "may_copy", lambda *_given: True)
    monkeypatch.setattr(working, "next_push", lambda *_given: SimpleNamespace(as_json=dict))
    async with Links({}, {"record": push}).running() as links:
        one, other = wires()
        _, run = links.begin(one)
        links.begin(other)
        async with asyncio.timeout(PATIENCE):
            assert [await ended.get(), await ended.get()] == ["record"] * 2
        assert not run.done()
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
