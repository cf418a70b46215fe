"""F14: whatever other programs do to a file that a station keeps: a hundred saves each way, a fight of a minute."""

from __future__ import annotations

import asyncio

from tests.station.conftest import folder, rig  # noqa: F401 (fixtures)
from tests.station.rig import Rig
from tests.station.saving import check_every_way
from tests.station.server import until
from tests.station.working import at_work

SAVES = 100
# Seconds.
WRITES_EVERY = 0.1
FIGHTS_FOR = 60
# Of ours in that time.
MOST_WRITES = 15


async def test_f14_a_hundred_saves_of_each_way_are_answered_with_one_write_each(rig: Rig) -> None:  # noqa: F811
    await check_every_way(rig, SAVES)


async def test_f14_a_program_that_writes_the_same_all_the_time_is_answered_more_and_more_slowly(
    rig: Rig,  # noqa: F811
) -> None:
    rig.issue(rig.site.directive())
    foreign = rig.file.read_bytes().replace(b"Never", b"Always")
    async with at_work(rig) as daemon:
        await until(lambda: daemon.watcher.is_idle and daemon.engine.outcomes(), "looked at")
        before = daemon.engine.enforcer.writes
        for _ in range(int(FIGHTS_FOR / WRITES_EVERY)):
            rig.file.write_bytes(foreign)
            await asyncio.sleep(WRITES_EVERY)
        writes = daemon.engine.enforcer.writes - before
    assert 5 <= writes <= MOST_WRITES
    assert len(rig.reports("contested")) == 1
