"""The ways in which editors save a file, and a station that has to answer each of them with one write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.station.rig import Rig
from tests.station.server import until
from tests.station.working import at_work, holds

PAUSE = 0.02
LINE = b"my line %d\n"


def in_place(path: Path, data: bytes) -> Iterator[None]:
    path.write_bytes(data)
    yield


def rename_over(path: Path, data: bytes) -> Iterator[None]:
    beside = path.with_name(".new")
    beside.write_bytes(data)
    beside.replace(path)
    yield


def back_up_and_write(path: Path, data: bytes) -> Iterator[None]:
    backup = path.with_name(f"{path.name}~")
    path.replace(backup)
    path.write_bytes(data)
    backup.unlink()
    yield


def delete(path: Path, data: bytes) -> Iterator[None]:
    del data
    path.unlink()
    yield


def delete_and_create(path: Path, data: bytes) -> Iterator[None]:
    path.unlink()
    path.write_bytes(data)
    yield


def slowly(path: Path, data: bytes) -> Iterator[None]:
    """Truncate, then half of it, then the rest."""
    with path.open("wb", buffering=0) as file:
        for piece in (data[: len(data) // 2], data[len(data) // 2 :]):
            yield
            file.write(piece)


# Each takes pauses where it yields.
WAYS: dict[str, Callable[[Path, bytes], Iterator[None]]] = {
    "in place": in_place,
    "rename over": rename_over,
    "back up and write": back_up_and_write,
    "delete": delete,
    "delete and create": delete_and_create,
    "slowly": slowly,
}


def watched_files(rig: Rig, *names: str) -> dict[str, Path]:
    """Repositories instead of the rig's own; the file in each, by the repository's name."""
    files = {name: rig.folder / "repos" / name / "CLAUDE.md" for name in names}
    for file in files.values():
        file.parent.mkdir(parents=True)
        rig.engine.enforcer.files.watch(file.parent)
    rig.engine.enforcer.files.unwatch(rig.repo)
    return files


async def check_every_way(rig: Rig, times: int) -> None:
    """Save in every way, so many times each: restored, own lines kept, one write for each change and none after."""
    files = watched_files(rig, *WAYS)
    rig.issue(rig.site.directive())
    async with at_work(rig) as daemon:
        await until(lambda: all(holds(file, b"Never.") for file in files.values()), "written")
        await until(lambda: daemon.watcher.is_idle and len(daemon.engine.outcomes()) == len(WAYS), "looked at")
        before = daemon.engine.enforcer.writes
        sections = {way: file.read_bytes() for way, file in files.items()}

        async def save(way: str, file: Path) -> None:
            for number in range(times):
                own = LINE % number
                for _ in WAYS[way](file, own + sections[way].replace(b"Never.", b"Always %d." % number)):
                    await asyncio.sleep(PAUSE)
                kept = (b"Never.",) if way == "delete" else (b"Never.", own)
                await until(lambda kept=kept: holds(file, *kept), f"{way} {number}")  # type: ignore[misc]

        await asyncio.gather(*(save(way, file) for way, file in files.items()))
        await until(lambda: daemon.watcher.is_idle, "idle")
        assert await daemon.watcher.call(daemon.engine.changed) == []
        assert daemon.engine.enforcer.writes - before == times * len(WAYS)
        assert rig.kinds().count("change_blocked") == times * len(WAYS)
