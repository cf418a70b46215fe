"""A station as its daemon, in real time; with and without a server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from foundry_station.clock import Clock, text_of
from foundry_station.daemon import Daemon
from foundry_station.engine import Engine
from foundry_station.link.backoff import Backoff
from tests.station.rig import Rig
from tests.station.server import StationServer, running

# The same once more without events: FOUNDRY_STATION_SWEEP_ONLY=1 ./script/test tests/station
SWEEP_ONLY = bool(os.environ.get("FOUNDRY_STATION_SWEEP_ONLY"))
SWEEP = 0.1 if SWEEP_ONLY else 2.0


def wall_now() -> str:
    return text_of(datetime.now(UTC))


@asynccontextmanager
async def at_work(rig: Rig, *, watches: bool = not SWEEP_ONLY, sweep_every: float = SWEEP) -> AsyncIterator[Daemon]:
    """The rig's station as a daemon, in real time."""
    rig.engine = Engine(rig.state, rig.engine.machine, Clock(rig.state))
    backoff = Backoff(shortest=0.02, after_loss=0.05, longest=0.1)
    daemon = Daemon(rig.engine, watches=watches, sweep_every=sweep_every, backoff=backoff)
    stop = asyncio.Event()
    task = asyncio.create_task(daemon.run(stop))
    try:
        yield daemon
    finally:
        stop.set()
        await task


@asynccontextmanager
async def connected(rig: Rig, now: Callable[[], str] = wall_now) -> AsyncIterator[tuple[StationServer, Daemon]]:
    """The same, with a server, which says what time it is."""
    async with running(StationServer(rig.site)) as server:
        server.now = now
        rig.state.set(server=server.address)
        async with at_work(rig) as daemon:
            yield server, daemon


def holds(path: Path, *texts: bytes) -> bool:
    """Whether a file is there with all of these in it."""
    try:
        data = path.read_bytes()
    except OSError:
        return False
    return all(text in data for text in texts)


def sibling(rig: Rig) -> Any:
    """The state, as another process has it open."""
    return type(rig.state)(rig.state.folder)
