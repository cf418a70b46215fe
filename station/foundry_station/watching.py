"""When files are looked at: after events, after a sweep that found them changed, and all of them now and then.

Events come from folders, never from files: a file that is replaced takes its watch along. What makes no event (a mapped
file, a hard link, a folder that was made again) is found by the sweep. A file is looked at once it has been quiet.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from watchfiles import Change, awatch

from foundry_station.engine import Engine
from foundry_station.files import Signature, signature
from foundry_station.git import holds_index
from foundry_station.outcomes import Outcome
from foundry_station.state import StateUnavailable

log = logging.getLogger(__name__)

QUIET: Final = 0.08
LONGEST_QUIET: Final = 1.0
LONGEST_FOR_GIT: Final = 10.0
SHORTEST_STEP: Final = 0.005
SWEEP_EVERY: Final = 2.0
FULL_EVERY: Final = 600.0
RETRY_FAILING: Final = 30.0
RETRY_STATE: Final = 5.0
WATCH_STEP_MS: Final = 10
WATCH_DEBOUNCE_MS: Final = 50
AFTER_WATCH_FAULT: Final = 1.0
AFTER_WATCH_BEGAN: Final = 0.2

_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class _Unsettled:
    """A path that was changed: since when, and since when it has been quiet."""

    since: float
    quiet_since: float
    seen: Signature | None


class Watcher:
    """Looks at files when it is time to, in one thread of its own; `changed` is called after each round."""

    def __init__(self, engine: Engine, *, watches: bool = True, sweep_every: float = SWEEP_EVERY) -> None:
        self.engine = engine
        self.fault: str | None = None
        self.on_round: Callable[[list[Outcome]], None] = lambda _: None
        self._watches, self._sweep_every = watches, sweep_every
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="station")
        self._unsettled: dict[Path, _Unsettled] = {}
        self._ready: set[Path] = set()
        self._busy = False
        self._planned = 0
        self._wake = asyncio.Event()
        self._work = asyncio.Event()
        self._folders: list[tuple[Path, Signature | None]] = []
        self._refolder = asyncio.Event()
        self._sweep_soon = asyncio.Event()

    async def call(self, function: Callable[..., _Answer], *arguments: object) -> _Answer:
        """Call a function in the one thread that uses engine and state."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: function(*arguments))

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be looked at."""
        return not (self._ready or self._unsettled or self._busy)

    def submit(self, function: Callable[[], object]) -> None:
        """The same, without waiting for it."""
        self._thread.submit(function)

    async def run(self) -> None:
        """Watch until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._settle())
                tasks.create_task(self._rounds())
                tasks.create_task(self._sweep())
                tasks.create_task(self._check_all())
                if self._watches:
                    tasks.create_task(self._watch())
        finally:
            self._thread.shutdown(wait=True, cancel_futures=True)

    async def replan(self) -> None:
        """Make the plan anew, and look at all of it at once."""
        try:
            number = await self.call(self.engine.replan)
        except StateUnavailable as error:
            self._note_fault(str(error))
            asyncio.get_running_loop().call_later(RETRY_STATE, lambda: asyncio.ensure_future(self.replan()))
            return
        self.look(self.engine.plan.targets)
        self._planned = number
        await self._renew_folders()

    def look(self, paths: Iterable[Path]) -> None:
        """Look at paths at once."""
        self._ready.update(paths)
        self._work.set()

    def settle(self, path: Path) -> None:
        """Look at a path once it has been quiet."""
        now = asyncio.get_running_loop().time()
        known = self._unsettled.get(path)
        if known is None:
            self._unsettled[path] = _Unsettled(now, now, signature(path))
            self._wake.set()
        else:
            known.quiet_since = now

    async def _settle(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._unsettled:
                due = min(
                    min(each.quiet_since + QUIET, each.since + LONGEST_QUIET) for each in self._unsettled.values()
                )
                await asyncio.sleep(max(SHORTEST_STEP, due - loop.time()))
                now = loop.time()
                settled = [path for path, each in self._unsettled.items() if self._is_settled(path, each, now)]
                for path in settled:
                    del self._unsettled[path]
                if settled:
                    self.look(settled)

    def _is_settled(self, path: Path, each: _Unsettled, now: float) -> bool:
        target = self.engine.plan.targets.get(path)
        if target is not None and now - each.since < LONGEST_FOR_GIT and holds_index(target.place.repository):
            each.quiet_since = now
            return False
        if now - each.since >= LONGEST_QUIET:
            return True
        seen = signature(path)
        if seen != each.seen:
            each.seen, each.quiet_since = seen, now
        return now - each.quiet_since >= QUIET

    async def _rounds(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            paths, self._ready, self._busy = self._ready, set(), True
            try:
                done = await self.call(self.engine.round, paths)
            except StateUnavailable as error:
                self._note_fault(str(error))
                asyncio.get_running_loop().call_later(RETRY_STATE, self.look, paths)
                continue
            finally:
                self._busy = False
            self.fault = None
            self._again(done)
            self.on_round(done)

    def _again(self, done: list[Outcome]) -> None:
        """See to it that what could not be ended is looked at again."""
        loop = asyncio.get_running_loop()
        for outcome in done:
            path = outcome.target.place.path
            if outcome.changed_meanwhile:
                self.settle(path)
            elif outcome.pause:
                loop.call_later(outcome.pause, self.look, [path])

    async def _sweep(self) -> None:
        last_retry = asyncio.get_running_loop().time()
        while True:
            await wait(self._sweep_soon, self._sweep_every)
            self._sweep_soon.clear()
            if self.engine.obeyed != self._planned:
                # The connection over which it came broke before anything followed from it.
                await self.replan()
            for path in await self.call(self.engine.changed):
                self.settle(path)
            now = asyncio.get_running_loop().time()
            if now - last_retry > RETRY_FAILING:
                last_retry = now
                self.look(await self.call(self.engine.failing))
            await self._renew_folders()

    async def _check_all(self) -> None:
        while True:
            await asyncio.sleep(FULL_EVERY)
            self.look(self.engine.plan.targets)

    # Events

    async def _renew_folders(self) -> None:
        """Watch other folders where they have changed: one that was made again is another one."""
        if not self._watches:
            return
        found = [(folder, _identity(folder)) for folder in await self.call(self.engine.folders)]
        if found != self._folders:
            self._folders = found
            self._refolder.set()

    async def _watch(self) -> None:
        while True:
            await self._refolder.wait()
            self._refolder.clear()
            folders = [folder for folder, _ in self._folders if folder.is_dir()]
            if not folders:
                continue
            # What changed until the watch began.
            asyncio.get_running_loop().call_later(AFTER_WATCH_BEGAN, self._sweep_soon.set)
            try:
                await self._watch_folders(folders)
            except (OSError, RuntimeError) as error:
                # A folder went meanwhile, or the machine allows no more watches: until it is tried again, the sweep
                # finds what changes.
                log.warning("Folders cannot be watched, changes are found by looking: %s", error)
                self._folders = []
                await asyncio.sleep(AFTER_WATCH_FAULT)

    async def _watch_folders(self, folders: list[Path]) -> None:
        async for changes in awatch(
            *folders,
            recursive=False,
            step=WATCH_STEP_MS,
            debounce=WATCH_DEBOUNCE_MS,
            watch_filter=self._is_wanted,
            stop_event=self._refolder,
            rust_timeout=1000,
            raise_interrupt=False,
        ):
            for change, name in changes:
                if change is Change.deleted and Path(name) in folders:
                    # Its watch ends with it, also if it is made again at once.
                    self._folders = []
                    self._sweep_soon.set()
                self._noticed(Path(name))

    def _is_wanted(self, _change: Change, name: str) -> bool:
        return not name.rpartition("/")[2].startswith(".") or "foundry" not in name

    def _noticed(self, path: Path) -> None:
        if path in self.engine.plan.targets:
            self.settle(path)
            return
        for nominal, outcome in list(self.engine.outcomes().items()):
            if outcome.path == path:
                self.settle(nominal)

    def _note_fault(self, fault: str) -> None:
        if fault != self.fault:
            log.error("%s", fault)
        self.fault = fault


async def wait(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, so long at most; whether it came.

    `asyncio.wait_for` of Python 3.11 forgets a cancellation that comes together with the event.
    """
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


def _identity(folder: Path) -> Signature | None:
    found = signature(folder)
    return None if found is None else (found[0], found[1], 0, 0, 0, 0)
