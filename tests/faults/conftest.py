"""Two real nodes on services of their own. The faults run one after the other: each wants the machine for itself."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from foundry_site.launcher.nodes import MANAGE, NodeProcess, running
from tests.faults.fault_cluster import FaultCluster


@pytest.fixture(scope="session")
def cluster(django_db_setup: None) -> Iterator[FaultCluster]:
    """Durable services, which the tests break and restart; each test makes its own project there."""
    with tempfile.TemporaryDirectory(prefix="foundry-faults-") as folder:
        cluster = FaultCluster(Path(folder))
        try:
            cluster.prepare()
            yield cluster
        finally:
            cluster.stop()


def environment_of(cluster: FaultCluster, folder: Path) -> dict[str, str]:
    """The environment of nodes that hear each other, and none that has its logs in another folder."""
    return cluster.environment | {"FOUNDRY_LAYER_PREFIX": f"faults-{os.getpid()}-{folder.name}"}


def serving_with(*faults: str) -> tuple[str, ...]:
    """The command of a node with something wrong."""
    return (sys.executable, "-m", "tests.faults.serving", *faults)


def two_nodes(cluster: FaultCluster, folder: Path, *faults: Sequence[str]) -> tuple[NodeProcess, NodeProcess]:
    """Two nodes that hear only each other, not started yet; `faults` are what is wrong with each (`serving`)."""
    commands = [serving_with(*each) for each in faults] or [MANAGE, MANAGE]
    first, second = (
        NodeProcess(environment_of(cluster, folder), folder / f"node-{number}.log", command=command)
        for number, command in enumerate(commands, start=1)
    )
    return first, second


@pytest.fixture(scope="session")
def standing_nodes(cluster: FaultCluster) -> Iterator[tuple[NodeProcess, NodeProcess]]:
    """Kept for all tests that need nothing special of them; `nodes` sees to it that they run."""
    pair = two_nodes(cluster, cluster.data_dir)
    try:
        yield pair
    finally:
        for node in pair:
            node.stop()


@pytest.fixture
def nodes(
    cluster: FaultCluster, standing_nodes: tuple[NodeProcess, NodeProcess]
) -> Iterator[tuple[NodeProcess, NodeProcess]]:
    """Two running nodes; a test may kill them."""
    cluster.restart()
    before = [len(node.output) for node in standing_nodes]
    ended = [node for node in standing_nodes if not node.is_running]
    for node in standing_nodes:
        if node.is_running:
            node.resume()
    for node in ended:
        node.launch()
    for node in ended:
        node.wait()
    yield standing_nodes
    show(standing_nodes, before)


@pytest.fixture
def third_node(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess], tmp_path: Path
) -> Iterator[Callable[..., NodeProcess]]:
    """Starts a node with something wrong beside the two that run."""
    made: list[NodeProcess] = []

    def start(*faults: str) -> NodeProcess:
        environment = environment_of(cluster, cluster.data_dir)
        made.append(NodeProcess(environment, tmp_path / f"{len(made)}.log", command=serving_with(*faults)))
        made[-1].start()
        return made[-1]

    yield start
    for node in made:
        node.stop()
    show(made, [0] * len(made))


@pytest.fixture
def strange_nodes(
    cluster: FaultCluster, standing_nodes: tuple[NodeProcess, NodeProcess], tmp_path: Path
) -> Iterator[Callable[..., AbstractContextManager[tuple[NodeProcess, NodeProcess]]]]:
    """Makes two running nodes with something wrong with each, and no other nodes that might put it right."""
    made: list[NodeProcess] = []
    cluster.restart()
    for node in standing_nodes:
        node.kill()

    @contextmanager
    def start(*faults: Sequence[str]) -> Iterator[tuple[NodeProcess, NodeProcess]]:
        pair = two_nodes(cluster, tmp_path, *faults)
        made.extend(pair)
        with running(*pair):
            yield pair

    yield start
    show(made, [0] * len(made))


def show(nodes: Sequence[NodeProcess], before: Sequence[int]) -> None:
    """Pytest shows it where the test has failed."""
    for node, length in zip(nodes, before, strict=True):
        sys.stdout.write(f"--- {node.log.name}\n{node.output[length:]}")
