"""The time by which directives, exceptions and allowances run: the server's, carried on without it, never back."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from foundry_station.state import State

# A wall clock that is this far from where it should be was set.
JUMP: Final = timedelta(seconds=60)


def uptime() -> float:
    """Seconds since some moment, with the time that the machine slept, whatever its wall clock is set to."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.clock_gettime(time.CLOCK_MONOTONIC)


class Clock:
    """The station's time. Between two contacts it runs with the machine's uptime, not with its wall clock.

    After a restart without the server it goes on from the wall clock, as far as that was from the server's when both
    were known, and never before the last time that was stored.
    """

    def __init__(
        self,
        state: State,
        *,
        wall: Callable[[], float] = time.time,
        running: Callable[[], float] = uptime,
    ) -> None:
        self._state, self._wall, self._running = state, wall, running
        skew = float(state.setting("clock_skew") or 0)
        stored = float(state.setting("clock_last") or 0)
        self._began = self._running()
        self._base = max(self._wall() + skew, stored)
        self._wall_base = self._wall()
        self.is_behind = self._wall() + skew < stored - JUMP.total_seconds()

    def now(self) -> datetime:
        """The time, UTC."""
        return datetime.fromtimestamp(self._seconds(), UTC)

    def follow(self, server: datetime) -> None:
        """Go by the server's time from now on, unless it says less than it did before."""
        said = server.timestamp()
        last = self._state.setting("clock_server")
        said = max(said, float(last)) if last else said
        self._base, self._began, self._wall_base = said, self._running(), self._wall()
        skew = said - self._wall_base
        self._state.set(clock_skew=repr(skew), clock_server=repr(said), clock_last=repr(said))

    def jumped(self) -> timedelta | None:
        """By how much the wall clock was set since it was last asked for; None where it was not."""
        expected = self._wall_base + (self._running() - self._began)
        jump = timedelta(seconds=self._wall() - expected)
        if abs(jump) < JUMP:
            return None
        self._base, self._began, self._wall_base = self._seconds(), self._running(), self._wall()
        self._state.set(clock_skew=repr(self._base - self._wall_base))
        return jump

    def store(self) -> None:
        """Remember how far the time has come."""
        self._state.set(clock_last=repr(self._seconds()))

    def _seconds(self) -> float:
        return self._base + (self._running() - self._began)


def text_of(at: datetime) -> str:
    """A time in reports: UTC, milliseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
