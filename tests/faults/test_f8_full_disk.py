"""f8: Postgres's disk is full. Writers are told an honest 503, and once there is room again everything verifies."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from foundry_site.embedded import addresses
from foundry_site.embedded.postgres import SUPERUSER
from foundry_site.launcher.nodes import NodeProcess, running
from tests.faults.client import Client, converge, until
from tests.faults.conftest import show, two_nodes
from tests.faults.fault_cluster import FaultCluster
from tests.faults.load import Tally, Writer, leave_all, writing
from tests.faults.rest import RestClient, make_project, rest

# Postgres takes some 100 MB for itself. Its log keeps every segment of 16 MB until the next checkpoint, which a short
# test may not see: there must be room for all that a slow machine writes, else the disk stays full without the filling.
DISK = "600m"
LOG_DISK = "320m"
# Near the most a text may have, so that the log needs its next segment soon.
TEXT_SIZE = 900_000
CHUNK = 64 * 1024
# Characters of Postgres's own log.
SHOWN = 6000


@contextmanager
def small_disk(size: str) -> Iterator[Path]:
    """A disk of its own. Not in pytest's folder: each run closes that one to Postgres's user anew."""
    with tempfile.TemporaryDirectory(prefix="foundry-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder]
        mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            pytest.skip(f"NOT TESTED: no disk could be mounted: {mounted.stderr.strip()}")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def disks() -> Iterator[tuple[Path, Path]]:
    """One for Postgres's data, one for its log."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("NOT TESTED: a disk that can be filled is made by root on Linux only")
    with small_disk(DISK) as data, small_disk(LOG_DISK) as log:
        yield data, log


@pytest.fixture
def small_cluster(django_db_setup: None, disks: tuple[Path, Path]) -> Iterator[FaultCluster]:
    """Services on the small disks."""
    data, log = disks
    cluster = FaultCluster(data / "data")
    cluster.data_dir.mkdir(mode=0o755)
    try:
        cluster.prepare()
        cluster.move_log(log / "pg_wal")
        yield cluster
    finally:
        for disk in disks:
            (disk / "filling").unlink(missing_ok=True)
        cluster.stop()


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


def show_postgres(cluster: FaultCluster) -> None:
    """What Postgres wrote last; pytest shows it where the test has failed."""
    for log in sorted((cluster.data_dir / "postgres").rglob("postgresql-*.log")):
        sys.stdout.write(f"--- {log.name}\n{log.read_text(errors='replace')[-SHOWN:]}")


def make_checkpoint(cluster: FaultCluster) -> None:
    """Write everything to the data, so that a recovery begins here."""
    address = addresses.database_url(cluster.data_dir)
    with psycopg.connect(address, user=SUPERUSER, autocommit=True) as connection:
        connection.execute("CHECKPOINT")


async def comes_back(cluster: FaultCluster) -> None:
    """Wait for Postgres; start it again, as an operator would, where it has given up."""

    def answers() -> bool:
        try:
            with cluster.database():
                return True
        except psycopg.OperationalError:
            if not cluster.postgres_runs():
                cluster.start_postgres()
            return False

    await until(lambda: asyncio.to_thread(answers), "Postgres answers again")


async def test_writers_are_told_and_nothing_is_lost(
    small_cluster: FaultCluster, disks: tuple[Path, Path], tmp_path: Path
) -> None:
    nodes = two_nodes(small_cluster, tmp_path)
    with running(*nodes):
        try:
            await write_on_full_disks(small_cluster, disks, nodes)
        finally:
            show(nodes, [0, 0])
            show_postgres(small_cluster)
    small_cluster.verify()


async def write_on_full_disks(
    cluster: FaultCluster, disks: tuple[Path, Path], nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    """A full disk of data refuses single writes; a full log ends the server, which must not lose what it confirmed."""
    mara, daniel, priya, *_ = cluster.people
    project_id = await make_project(nodes[0], mara, daniel, priya)
    tally = Tally()
    clients = [Client(person, project_id) for person in (mara, daniel)]
    writers = [
        Writer(clients[0], nodes, "prompt_text", tally, size=TEXT_SIZE),
        Writer(clients[1], nodes[::-1], "files/second.md", tally, size=TEXT_SIZE),
        Writer(RestClient(nodes[0], priya, project_id), nodes, "files/third.md", tally, size=TEXT_SIZE),
    ]
    async with writing(*writers):
        for disk in disks:
            await tally.grows_by(6)
            # What came before is no part of the recovery, which must not take longer than the test is patient.
            await asyncio.to_thread(make_checkpoint, cluster)
            await asyncio.to_thread(fill, disk)
            await tally.is_told_unavailable("gateway", "rest")
            read = await rest(nodes[1], mara, "GET", f"projects/{project_id}/drafts/")
            assert read.status in {200, 503}, read
            (disk / "filling").unlink()
            await comes_back(cluster)
        await tally.grows_by(6)

    tally.check_against(cluster, project_id)
    await converge(clients, nodes[0])
    await leave_all(clients)
