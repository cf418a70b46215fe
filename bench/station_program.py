"""`python -m bench.station_program FOLDER COUNT`: a station that keeps COUNT repositories in FOLDER, offline.

A process of its own, as a station is; it says `ready` once every file is written, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from foundry_station.clock import Clock
from foundry_station.daemon import Daemon
from foundry_station.engine import Engine
from tests.station.rig import Rig


def prepared(folder: Path, count: int) -> Engine:
    """A station that is to keep these repositories and has looked at none of them."""
    rig = Rig(folder)
    rig.engine.enforcer.files.unwatch(rig.repo)
    rig.issue(rig.site.directive("Never.\n" * 200))
    with rig.state.transaction():
        for number in range(count):
            repository = folder / f"repository-{number}"
            repository.mkdir()
            (repository / "CLAUDE.md").write_bytes(b"# My own lines\n" * 20)
            rig.engine.enforcer.files.watch(repository)
    rig.state.set(token=None)
    return Engine(rig.state, rig.engine.machine, Clock(rig.state))


async def serve(engine: Engine, count: int) -> None:
    """Keep the files until standard input ends."""
    stop, ready = asyncio.Event(), asyncio.Event()
    daemon = Daemon(engine)
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), stop.set)
    daemon.watcher.on_round = lambda _: ready.set() if len(engine.outcomes()) == count else None
    running = asyncio.create_task(daemon.run(stop))
    await ready.wait()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await running


if __name__ == "__main__":
    number = int(sys.argv[2])
    asyncio.run(serve(prepared(Path(sys.argv[1]).resolve(), number), number))
