"""What was asked over a link, until it is answered."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

from stages.replication.link.frames import MAX_BINARY, Response
from stages.replication.link.methods import BadContent, RemoteError

Answered = tuple[dict[str, Any], bytes]


class _Call:
    """A request that is not answered yet; `result` is there while its bytes are not."""

    def __init__(self, *, has_bytes: bool) -> None:
        self.has_bytes = has_bytes
        self.answered: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self.result: dict[str, Any] = {}


class Calls:
    """The requests of one side of a link, by their numbers."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._calls: dict[int, _Call] = {}
        # The one whose bytes come next.
        self._frame_of: _Call | None = None

    def begin(self, *, has_bytes: bool = False) -> tuple[int, asyncio.Future[Answered]]:
        """The number of a new request, and what it will be answered; that raises `RemoteError` for a refusal.

        Where the method `has_bytes`, `length` in its result says how many follow.
        """
        number, call = next(self._numbers), _Call(has_bytes=has_bytes)
        self._calls[number] = call
        return number, call.answered

    def forget(self, number: int) -> None:
        """A request was not sent."""
        del self._calls[number]

    def take_response(self, response: Response) -> None:
        """An answer has come. Raises `BadContent` for one that was not asked for, or that announces no such bytes."""
        call = self._calls.pop(response.id, None)
        if call is None:
            raise BadContent("an answer to nothing")
        if response.result is None:
            assert response.error is not None
            _settle(call, RemoteError(*response.error))
            return
        call.result = response.result
        if call.has_bytes and _length_of(response.result) > 0:
            self._frame_of = call
        else:
            _settle(call, (response.result, b""))

    def take_bytes(self, frame: bytes) -> None:
        """The bytes of the last answer have come. Raises `BadContent` where it announced others, or none."""
        call, self._frame_of = self._frame_of, None
        if call is None or len(frame) != call.result["length"]:
            raise BadContent("bytes that were not announced")
        _settle(call, (call.result, frame))

    def expect_text(self) -> None:
        """Raise `BadContent` where bytes have to come next."""
        if self._frame_of is not None:
            raise BadContent("a text where bytes come next")

    def cancel(self) -> None:
        """No answer comes any more."""
        for call in self._calls.values():
            call.answered.cancel()


def _length_of(result: dict[str, Any]) -> int:
    length = result.get("length")
    if type(length) is not int or not 0 <= length <= MAX_BINARY:
        raise BadContent("a length that no bytes can have")
    return length


def _settle(call: _Call, outcome: Answered | RemoteError) -> None:
    # Whoever asked may not wait any more.
    if call.answered.done():
        return
    if isinstance(outcome, RemoteError):
        call.answered.set_exception(outcome)
    else:
        call.answered.set_result(outcome)
