"""Answers to what was asked, and those to nothing."""

from __future__ import annotations

import asyncio

import pytest

from stages.replication.link.calls import Calls
from stages.replication.link.frames import MAX_BINARY, Response
from stages.replication.link.methods import BadContent, RemoteError
from stages.replication.link.waking import Waking


async def test_answers_in_any_order_with_their_bytes() -> None:
    calls = Calls()
    (first, one), (second, two) = calls.begin(), calls.begin()
    calls.take_response(Response(second, {"length": 3}))
    with pytest.raises(BadContent):
        calls.expect_text()
    calls.take_bytes(b"abc")
    calls.take_response(Response(first, None, (404, "No.")))
    assert await two == ({"length": 3}, b"abc")
    with pytest.raises(RemoteError, match="404"):
        await one


async def test_what_nobody_asked_for_is_bad_content() -> None:
    calls = Calls()
    with pytest.raises(BadContent):
        calls.take_response(Response(1, {}))
    with pytest.raises(BadContent):
        calls.take_bytes(b"")
    number, _answered = calls.begin()
    calls.take_response(Response(number, {"length": 2}))
    with pytest.raises(BadContent):
        calls.take_bytes(b"abc")
    number, _answered = calls.begin()
    calls.take_response(Response(number, {"length": MAX_BINARY + 1}))
    with pytest.raises(BadContent):
        calls.take_bytes(b"x" * (MAX_BINARY + 1))


async def test_an_answer_may_come_after_nobody_waits_for_it_any_more() -> None:
    calls = Calls()
    number, answered = calls.begin()
    answered.cancel()
    calls.take_response(Response(number, {}))
    with pytest.raises(BadContent):
        calls.take_response(Response(number, {}))


async def test_nothing_new_is_missed_by_whoever_was_busy() -> None:
    waking = Waking()
    waking.wake()
    async with asyncio.timeout(5):
        await waking.woken(60)
        waiting = asyncio.create_task(waking.woken(0.01))
        waking.wake()
        await waking.woken(60)
        await waiting
