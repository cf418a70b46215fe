"""What a script asks: counted, held against the limits, and answered by its host."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import replace
from typing import Any, TypeGuard

import msgspec

from stages.automation.lua.host import AWAITED, READS, WRITES, Host, HostError, Noted
from stages.automation.lua.limits import LimitReached, Limits
from stages.automation.lua.outcomes import LEVELS, LogLine

MAX_SLEEP = 60
# Seconds after which somebody who waits looks whether he should go on.
TICK = 0.05
# Seconds between two questions whether a person has stopped the execution.
ASK_STOPPED = 0.25


class Calls:
    """The calls of one execution, answered in the thread that began it."""

    def __init__(
        self,
        *,
        limits: Limits,
        host: Host,
        given: Mapping[str, Any],
        libraries: Mapping[str, str],
        on_log: Callable[[LogLine], None] | None,
        on_progress: Callable[[Mapping[str, Any]], None] | None,
        stopped: Callable[[], bool] | None,
    ) -> None:
        self.calls, self.writes = 0, 0
        self.log: list[LogLine] = []
        self.is_log_cut = False
        self._limits, self._host, self._given, self._libraries = limits, host, given, libraries
        self._on_log, self._on_progress, self._stopped = on_log, on_progress, stopped
        self._log_left, self._output = limits.log, 0
        self._handles: list[Future[Any] | float] = []
        # Handles whose answer the log has.
        self._noted: set[int] = set()
        self._began = time.monotonic()
        self._deadline = self._began + limits.seconds
        self._next_question = 0.0

    def answer(self, request: bytes) -> bytes:
        """The answer to `name JSON`: "1" and JSON, or "0" and what was wrong.

        Raises:
            LimitReached: the execution ends here.
        """
        name, _, body = request.partition(b" ")
        if name == b"start":
            return b"1" + msgspec.json.encode(self._given)
        if name == b"library":
            return self._library(body.decode("utf-8", "replace"))
        self._count(len(request))
        try:
            return b"1" + msgspec.json.encode(self._dispatch(name.decode(), self._arguments(body)))
        except HostError as error:
            return b"0" + str(error).encode()

    def watch(self) -> None:
        """Raises LimitReached where the time is over, or a person has stopped the execution."""
        now = time.monotonic()
        if now > self._deadline:
            raise LimitReached("time")
        if self._stopped is not None and now >= self._next_question:
            self._next_question = now + ASK_STOPPED
            if self._stopped():
                raise LimitReached("stopped")

    def _library(self, name: str) -> bytes:
        text = self._libraries.get(name)
        return b"1" + text.encode() if text is not None else f"0there is no scripts/lib/{name}.lua".encode()

    def _count(self, size: int) -> None:
        if self.calls >= self._limits.calls:
            raise LimitReached("calls")
        self.calls += 1
        self._output += size
        if self._output > self._limits.output:
            raise LimitReached("output")
        self.watch()

    def _arguments(self, body: bytes) -> dict[str, Any]:
        if len(body) > self._limits.request:
            raise HostError(f"a call takes at most {self._limits.request >> 20} MiB")
        try:
            found = msgspec.json.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise HostError("a text of the call is no UTF-8") from None
        if not isinstance(found, dict):
            raise HostError("a call takes its arguments by their names")
        return found

    def _dispatch(self, name: str, arguments: dict[str, Any]) -> Any:
        if name in WRITES:
            if self.writes >= self._limits.writes:
                raise LimitReached("writes")
            self.writes += 1
        if name in WRITES or name in READS:
            return self._host.call(name, arguments)
        if name in AWAITED:
            begun = self._host.begin(name, arguments)
            if isinstance(begun, Noted):
                self._write(begun.line)
                begun = begun.value
            return self._handle(begun)
        ours = {"log": self._log, "progress": self._progress, "sleep": self._sleep, "await": self._await}
        if name not in ours:
            raise HostError(f"there is no core.{name}")
        return ours[name](arguments)

    def _log(self, arguments: dict[str, Any]) -> None:
        text = str(arguments["text"])
        size = len(text.encode()) + 1
        if self.is_log_cut:
            return
        if size > self._log_left:
            self.is_log_cut = True
            text = text.encode()[: max(self._log_left - 1, 0)].decode("utf-8", "ignore")
            if not text:
                return
        self._log_left -= len(text.encode()) + 1
        self._write(LogLine(next(each for each in LEVELS if each == arguments["level"]), text))

    def _write(self, line: LogLine) -> None:
        line = replace(line, at=round(time.monotonic() - self._began, 3))
        self.log.append(line)
        if self._on_log is not None:
            self._on_log(line)

    def _progress(self, arguments: dict[str, Any]) -> None:
        done, total, text = (arguments.get(key) for key in ("done", "total", "text"))
        if not _is_amount(done) or not (total is None or _is_amount(total)):
            raise HostError("core.progress takes how much is done, and of how much: numbers from 0")
        if not (text is None or isinstance(text, str)):
            raise HostError("core.progress takes a text as its third value")
        if self._on_progress is not None:
            self._on_progress({"done": done, "total": total, "text": (text or "")[:200]})

    def _sleep(self, arguments: dict[str, Any]) -> int:
        seconds = arguments.get("seconds")
        if not _is_amount(seconds) or seconds > MAX_SLEEP:
            raise HostError(f"core.sleep takes seconds, from 0 to {MAX_SLEEP}")
        return self._handle(time.monotonic() + seconds)

    def _handle(self, pending: Future[Any] | float) -> int:
        self._handles.append(pending)
        return len(self._handles)

    def _await(self, arguments: dict[str, Any]) -> list[Any]:
        numbers = arguments["handles"]
        if not all(isinstance(each, int) and 0 < each <= len(self._handles) for each in numbers):
            raise HostError("core.await takes handles")
        awaited = [self._handles[each - 1] for each in numbers]
        while not all(map(_is_done, awaited)):
            self.watch()
            futures = [each for each in awaited if isinstance(each, Future) and not each.done()]
            if futures:
                wait(futures, timeout=TICK)
            else:
                time.sleep(TICK / 5)
        for number in numbers:
            self._note(number)
        return [_value(each) for each in awaited]

    def _note(self, number: int) -> None:
        """Write into the log what an answer says of itself, once."""
        pending = self._handles[number - 1]
        if number in self._noted or not isinstance(pending, Future):
            return
        self._noted.add(number)
        failure = pending.exception()
        said = failure if isinstance(failure, HostError) else pending.result()
        if isinstance(said, HostError | Noted) and said.line is not None:
            self._write(said.line)


def _value(pending: Future[Any] | float) -> Any:
    found = pending.result() if isinstance(pending, Future) else None
    return found.value if isinstance(found, Noted) else found


def _is_done(pending: Future[Any] | float) -> bool:
    return pending.done() if isinstance(pending, Future) else time.monotonic() >= pending


def _is_amount(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
