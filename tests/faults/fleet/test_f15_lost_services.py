"""F15: what still reaches stations when Redis was away, and when the server came back from a backup."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from foundry_site.embedded import addresses
from foundry_site.launcher.nodes import NodeProcess
from tests.copies import dumped, fill
from tests.faults.fault_cluster import FaultCluster
from tests.fleet.machine import Machine, at_work, until

Nodes = tuple[NodeProcess, NodeProcess]


def seal(cluster: FaultCluster) -> int:
    """Seal the root's next edition; its number."""
    number: int = json.loads(cluster.run(sys.executable, "-m", "tests.faults.fleet.sealing"))
    return number


@pytest.fixture
def machines(cluster: FaultCluster, nodes: Nodes, tmp_path: Path) -> Sequence[Machine]:
    """Two machines, each signed in at a node of its own."""
    made = cluster.run(sys.executable, "-m", "tests.faults.fleet.stations", str(len(nodes)))
    machines = []
    for number, (node, token) in enumerate(zip(nodes, json.loads(made), strict=True)):
        folder = tmp_path / f"machine-{number}"
        folder.mkdir()
        machine = Machine(folder)
        (folder / "token").write_text(token)
        machine.run("login", node.url, "--token-file", str(folder / "token"))
        machines.append(machine)
    return machines


def edition(machine: Machine) -> int:
    """The number of the root's edition that it obeys."""
    with machine.start("status", "--json", stdout=-1) as process:
        numbers: dict[str, int] = json.loads(process.communicate()[0])["editions"]
    return max(numbers.values(), default=0)


def test_f15_stations_hear_what_was_sealed_while_redis_was_away(
    cluster: FaultCluster, machines: Sequence[Machine]
) -> None:
    with ExitStack() as working:
        for machine in machines:
            working.enter_context(at_work(machine))
        number = seal(cluster)
        until(lambda: all(edition(each) == number for each in machines), "the edition before")
        cluster.stop_redis()
        try:
            seal(cluster)
        finally:
            cluster.start_redis()
        last = seal(cluster)
        assert last == number + 2
        until(lambda: all(edition(each) == last for each in machines), "the editions of that time and the one after")
    for machine in machines:
        machine.run("verify")


def test_f15_a_server_that_was_restored_from_a_backup_goes_on_above_what_it_had_sealed(
    cluster: FaultCluster, nodes: Nodes, machines: Sequence[Machine]
) -> None:
    ahead, other = machines
    before = seal(cluster)
    backup = dumped(addresses.database_url(cluster.data_dir))
    forgotten = [seal(cluster) for _ in range(2)][-1]
    ahead.run("sync")
    assert edition(ahead) == forgotten == before + 2
    for node in nodes:
        node.kill()
    restore(cluster, backup)
    for node in nodes:
        node.start()
    with cluster.database() as database:
        assert database.execute("SELECT number FROM fleet_team WHERE parent_id IS NULL").fetchone() == (before,)
    # The one that is ahead shows what it has; then everybody obeys the edition after that.
    ahead.run("sync")
    for machine in machines:
        machine.run("sync")
        assert edition(machine) == forgotten + 1
    with cluster.database() as database:
        assert database.execute("SELECT number FROM fleet_team WHERE parent_id IS NULL").fetchone() == (forgotten + 1,)
    other.run("verify")
    assert seal(cluster) == forgotten + 2
    cluster.verify()


def restore(cluster: FaultCluster, backup: bytes) -> None:
    """Make the database anew from a backup; Redis is empty then, too."""
    with psycopg.connect(addresses.database_url(cluster.data_dir, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {addresses.DATABASE_NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {addresses.DATABASE_NAME}")
    fill(addresses.database_url(cluster.data_dir), backup)
    cluster.wipe_redis()
