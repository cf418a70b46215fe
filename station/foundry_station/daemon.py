"""The daemon: files are kept, whether the server is there or not; the link comes back by itself."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import Final

from foundry_station.engine import Engine
from foundry_station.inbox import Inbox
from foundry_station.link.backoff import Backoff
from foundry_station.link.connection import Disconnected, opened
from foundry_station.link.session import Session
from foundry_station.outbox import Outbox
from foundry_station.outcomes import Outcome
from foundry_station.state import StateUnavailable
from foundry_station.watching import SWEEP_EVERY, Watcher, wait

log = logging.getLogger(__name__)

# Close codes with which the server says that this token opens nothing more.
SIGNED_OUT: Final = frozenset({4401, 4403})
STATE_EVERY: Final = 0.5
SYNC_STEP: Final = 0.05
CLOCK_EVERY: Final = 5.0
STORE_CLOCK_EVERY: Final = 60.0
LONGEST_SLEEP: Final = 3600.0
TIDY_EVERY: Final = 3600.0


class Daemon:
    """A station at work."""

    def __init__(
        self,
        engine: Engine,
        *,
        watches: bool = True,
        sweep_every: float = SWEEP_EVERY,
        backoff: Backoff | None = None,
    ) -> None:
        self.engine = engine
        self.watcher = Watcher(engine, watches=watches, sweep_every=sweep_every)
        self.watcher.on_round = self._after_round
        self.session: Session | None = None
        self._inbox, self._outbox = Inbox(engine), Outbox(engine)
        self._backoff = backoff or Backoff()
        self._moments_changed = asyncio.Event()
        self._signed_in_again = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        async with asyncio.TaskGroup() as tasks:
            works = (self.watcher.run, self._start, self._link, self._moments, self._state, self._clock, self._tidy)
            running = [tasks.create_task(work()) for work in works]
            await stop.wait()
            for task in running:
                task.cancel()

    async def sync(self, seconds: float) -> str:
        """Work until everything is fetched, written and sent; what became of the link: connected, away, signed_out."""
        self.engine.state.set(link=None)
        stop = asyncio.Event()
        running = asyncio.create_task(self.run(stop))
        link = None
        ends = asyncio.get_running_loop().time() + seconds
        while link is None and asyncio.get_running_loop().time() < ends and not running.done():
            await asyncio.sleep(SYNC_STEP)
            link = await self._link_now()
        stop.set()
        await running
        return link or "away"

    async def _link_now(self) -> str | None:
        """What became of the link, once there is nothing more to do with it."""
        link = await self.watcher.call(self.engine.state.setting, "link")
        if link != "connected":
            return link
        idle = self.session is not None and self.session.is_idle and self.watcher.is_idle
        return link if idle else None

    async def _start(self) -> None:
        await self.watcher.call(self.engine.begin)
        await self.watcher.replan()

    def _after_round(self, done: list[Outcome]) -> None:
        self._moments_changed.set()
        if self.session is not None:
            self.session.something_to_send()

    # The link

    async def _link(self) -> None:
        while True:
            state = self.engine.state
            server = await self.watcher.call(state.setting, "server")
            token = await self.watcher.call(state.setting, "token")
            if server is None or token is None:
                await self._wait_for_sign_in()
                continue
            try:
                await self._connect(server, token)
            except Disconnected as error:
                log.info("Disconnected: %s", error)
                await self.watcher.call(self._note_disconnected, error)
                if error.code in SIGNED_OUT:
                    await self._wait_for_sign_in()
                    continue
            except Exception:
                # Whatever a server sends, files are kept on.
                log.exception("The server sent what this station cannot use")
                await self.watcher.call(self._note_disconnected, Disconnected(0, "The server sent what is of no use."))
            await wait(self._signed_in_again, self._backoff.next())

    async def _connect(self, server: str, token: str) -> None:
        async with opened(server, token) as connection:
            self._signed_in_again.clear()
            self.session = Session(connection, self.watcher, self._inbox, self._outbox)
            speaking = asyncio.create_task(self.session.run(self._connected))
            again = asyncio.create_task(self._signed_in_again.wait())
            try:
                await asyncio.wait({speaking, again}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self.session = None
                for task in (speaking, again):
                    task.cancel()
                done = await asyncio.gather(speaking, again, return_exceptions=True)
            if isinstance(done[0], Exception):
                raise done[0]

    def _connected(self) -> None:
        self._backoff.connected()
        self.watcher.submit(lambda: self.engine.state.set(link="connected", link_fault=None))

    def _note_disconnected(self, error: Disconnected) -> None:
        link = "signed_out" if error.code in SIGNED_OUT else "away"
        with suppress(StateUnavailable):
            self.engine.state.set(link=link, link_fault=str(error))

    async def _wait_for_sign_in(self) -> None:
        """Files are kept without a server, too, until somebody signs this station in again."""
        self._signed_in_again.clear()
        await self._signed_in_again.wait()

    # Time, and what other commands have changed

    async def _moments(self) -> None:
        """Look at everything when a date has come, an allowance or an exception ends."""
        while True:
            self._moments_changed.clear()
            try:
                moment = await self.watcher.call(self.engine.next_moment)
            except StateUnavailable:
                moment = None
            now = self.engine.clock.now()
            seconds = LONGEST_SLEEP if moment is None else max(0.0, (moment - now) / timedelta(seconds=1)) + 0.01
            if not await wait(self._moments_changed, min(seconds, LONGEST_SLEEP)):
                await self.watcher.replan()

    async def _state(self) -> None:
        """Notice what commands have written: watched folders, a sign-in, requests."""
        state = self.engine.state
        seen = await self.watcher.call(self._signs)
        version = await self.watcher.call(state.version)
        while True:
            await asyncio.sleep(STATE_EVERY)
            try:
                now = await self.watcher.call(state.version)
                if now == version:
                    continue
                version, signs = now, await self.watcher.call(self._signs)
            except StateUnavailable:
                continue
            if signs[0] != seen[0]:
                self._signed_in_again.set()
            if signs[1:] != seen[1:]:
                await self.watcher.replan()
            seen = signs
            if self.session is not None:
                self.session.something_asked()

    def _signs(self) -> tuple[object, ...]:
        state, files = self.engine.state, self.engine.enforcer.files
        keys = [each.fingerprint for each in self.engine.authority.pinned()]
        return ((state.setting("signed_in_at"), *keys), tuple(files.watched()), state.setting("wake"))

    async def _clock(self) -> None:
        passed = 0.0
        while True:
            await asyncio.sleep(CLOCK_EVERY)
            passed += CLOCK_EVERY
            try:
                if await self.watcher.call(self.engine.check_clock) and self.session is not None:
                    self.session.something_to_send()
                if passed >= STORE_CLOCK_EVERY:
                    passed = 0.0
                    await self.watcher.call(self.engine.clock.store)
            except StateUnavailable as error:
                log.warning("%s", error)

    async def _tidy(self) -> None:
        while True:
            try:
                if removed := await self.watcher.call(self.engine.tidy):
                    log.info("Kept texts beyond their limits were removed: %s", removed)
            except StateUnavailable as error:
                log.warning("%s", error)
            await asyncio.sleep(TIDY_EVERY)
