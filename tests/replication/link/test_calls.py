"""Answers to what was asked, and those to nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stages.replication.link.calls import Calls
from stages.replication.link.frames import MAX_BINARY, Response
from stages.replication.link.methods import BadContent, RemoteError
from stages.replication.link.waking import Waking


async def test_answers_in_any_order_with_their_bytes() -> None:
    calls = Calls()
    (first, one), (second, two) = calls.begin(), calls.begin(has_bytes=True)
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
    number, _answered = calls.begin(has_bytes=True)
    calls.take_response(Response(number, {"length": 2}))
    with pytest.raises(BadContent):
        calls.take_bytes(b"abc")


@pytest.mark.parametrize("result", [{}, *({"length": each} for each in (True, None, -1, 1.0, "1", MAX_BINARY + 1))])
async def test_bytes_are_announced_by_a_number_that_there_can_be(result: dict[str, Any]) -> None:
    calls = Calls()
    number, _answered = calls.begin(has_bytes=True)
    with pytest.raises(BadContent):
        calls.take_response(Response(number, result))


async def test_no_bytes_are_waited_for_where_the_method_has_none() -> None:
    calls = Calls()
    number, answered = calls.begin()
    calls.take_response(Response(number, {"length": 2}))
    calls.expect_text()
    assert await answered == ({"length": 2}, b"")


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
