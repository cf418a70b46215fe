"""f8: Postgres's disk is full. Writers are told an honest 503, and once there is room again everything verifies."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.faults.client import Client, converge, until
from tests.faults.conftest import show, two_nodes
from tests.faults.ground import TTL, Ground
from tests.faults.load import Tally, Writer, leave_all, writing
from tests.faults.rest import RestClient, make_project, rest
from tests.nodes import Node, running

# Postgres takes some 100 MB for itself.
DISK = "400m"
TEXT_SIZE = 200_000
CHUNK = 64 * 1024


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk of its own. Not in pytest's folder: each run closes that one to Postgres's user anew."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("NOT TESTED: a disk that can be filled is made by root on Linux only")
    with tempfile.TemporaryDirectory(prefix="foundry-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder]
        mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            pytest.skip(f"NOT TESTED: no disk could be mounted: {mounted.stderr.strip()}")
        yield Path(folder)
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def small_ground(disk: Path) -> Iterator[Ground]:
    """Services on the small disk."""
    ground = Ground(disk / "data")
    ground.data_dir.mkdir(mode=0o755)
    try:
        ground.prepare()
        yield ground
    finally:
        (disk / "filling").unlink(missing_ok=True)
        ground.stop()


def fill(disk: Path) -> None:
    """Leave no byte free."""
    with (disk / "filling").open("ab", buffering=0) as filling:
        size = CHUNK
        while size:
            try:
                filling.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                size //= 2


async def comes_back(ground: Ground) -> None:
    """Wait for Postgres; start it again, as an operator would, where it has given up."""

    def answers() -> bool:
        try:
            with ground.database():
                return True
        except psycopg.OperationalError:
            if not ground.postgres_runs():
                ground.start_postgres()
            return False

    await until(lambda: asyncio.to_thread(answers), 30, "Postgres answers again")


async def test_writers_are_told_and_nothing_is_lost(small_ground: Ground, disk: Path, tmp_path: Path) -> None:
    nodes = two_nodes(small_ground, tmp_path)
    with running(*nodes):
        try:
            await write_on_a_full_disk(small_ground, disk, nodes)
        finally:
            show(nodes, [0, 0])
    small_ground.verify()


async def write_on_a_full_disk(ground: Ground, disk: Path, nodes: tuple[Node, Node]) -> None:
    mara, daniel, priya, *_ = ground.people
    project_id = await make_project(nodes[0], mara, daniel, priya)
    tally = Tally()
    clients = [Client(person, project_id) for person in (mara, daniel)]
    writers = [
        Writer(clients[0], nodes, "prompt_text", tally, size=TEXT_SIZE),
        Writer(clients[1], nodes[::-1], "files/second.md", tally, size=TEXT_SIZE),
        Writer(RestClient(nodes[0], priya, project_id), nodes, "files/third.md", tally, size=TEXT_SIZE),
    ]
    async with writing(*writers):
        await tally.grows_by(6)
        await asyncio.to_thread(fill, disk)
        await tally.is_told_unavailable("gateway", "rest")
        await tally.is_told_unavailable("gateway", "rest")
        read = await rest(nodes[1], mara, "GET", f"projects/{project_id}/drafts/")
        assert read.status in {200, 503}, read
        (disk / "filling").unlink()
        await comes_back(ground)
        await tally.grows_by(6)

    tally.check_against(ground, project_id)
    await converge(clients, nodes[0], within=TTL + 12)
    await leave_all(clients)
