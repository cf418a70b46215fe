"""A daemon at work on files that people change. Seconds are only how long a test would wait."""

from __future__ import annotations

import asyncio
import hashlib
import shutil

from tests.station.rig import Rig
from tests.station.saving import check_every_way, watched_files
from tests.station.server import until
from tests.station.working import at_work, connected, holds


async def test_lines_of_a_slow_save_are_not_lost(rig: Rig) -> None:
    """Case 8: truncate, half, the rest; with pauses of 20 ms."""
    rig.issue(rig.site.directive())
    async with at_work(rig) as daemon:
        await until(daemon.engine.outcomes, "looked at")
        for number in range(5):
            data = b"line one %d\nline two\n" % number + rig.file.read_bytes().replace(b"Never", b"Always")
            with rig.file.open("wb", buffering=0) as file:
                for piece in (data[: len(data) // 2], data[len(data) // 2 :]):
                    await asyncio.sleep(0.02)
                    file.write(piece)
            own = b"line one %d\nline two\n" % number
            await until(lambda own=own: holds(rig.file, own, b"Never."), "restored")  # type: ignore[misc]


async def test_changes_are_found_without_events(rig: Rig) -> None:
    rig.issue(rig.site.directive())
    async with at_work(rig, watches=False, sweep_every=0.05) as daemon:
        await until(daemon.engine.outcomes, "looked at")
        rig.file.write_bytes(rig.file.read_bytes().replace(b"Never", b"Always"))
        await until(lambda: holds(rig.file, b"Never."), "restored")


async def test_a_folder_that_was_made_again_is_kept_again(rig: Rig) -> None:
    """Case 11: the watch on it died silently."""
    async with connected(rig) as (server, _):
        directive = rig.site.directive()
        await server.issue(1, directive)
        await until(lambda: server.state_of(directive) == "in_place", "in place")
        shutil.rmtree(rig.repo)
        await until(lambda: server.state_of(directive) == "absent", "absent")
        rig.repo.mkdir()
        rig.file.write_bytes(b"")
        await until(lambda: server.state_of(directive) == "in_place", "in place again")
        assert holds(rig.file, b"Never.")
        assert "change_blocked" not in server.kinds()
        # And it is watched again.
        rig.file.write_bytes(rig.file.read_bytes().replace(b"Never", b"Always"))
        await until(lambda: "change_blocked" in server.kinds(), "reported")


async def test_every_way_of_saving_is_answered_with_one_write(rig: Rig) -> None:
    """Case 9: each 20 times; own lines stay, every change is answered by one write, and none follows."""
    await check_every_way(rig, 20)


async def test_a_hundred_alterations_are_reverted_reported_and_kept(rig: Rig) -> None:
    """Case 1, a hundred times, in ten repositories at once."""
    files = watched_files(rig, *(f"repository-{number}" for number in range(10)))
    directive = rig.site.directive()
    rig.issue(directive)
    wholes = {name: file.read_bytes() for name, file in files.items()}
    texts = {name: [f"Always in {name}, {number}.\n" for number in range(10)] for name in files}
    async with at_work(rig) as daemon:
        await until(lambda: daemon.watcher.is_idle and len(daemon.engine.outcomes()) == len(files), "looked at")

        async def alter(name: str) -> None:
            for text in texts[name]:
                # In one step: half a text would be an alteration of its own.
                altered = files[name].with_name("altered")
                altered.write_bytes(wholes[name].replace(b"Never.\n", text.encode()))
                altered.replace(files[name])
                await until(lambda: files[name].read_bytes() == wholes[name], f"{text} is reverted")

        await asyncio.gather(*map(alter, files))
    written = {text for each in texts.values() for text in each}
    reports = rig.reports("change_blocked")
    assert {(each["action"], each["expected"]) for each in reports} == {("reverted", directive["text"]["sha256"])}
    hashes = {hashlib.sha256(text.encode()).hexdigest() for text in written}
    assert (len(reports), {each["found"] for each in reports}) == (100, hashes)
    kept = rig.engine.enforcer.kept.all()
    assert (len(kept), {part.text for each in kept for part in each.parts}) == (100, written)
