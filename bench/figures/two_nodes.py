"""p12: two nodes against one, on different projects."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from bench.client import socket_to
from bench.figure import Figure, Goal, compared, in_turn, per_second
from bench.nodes import BenchNode, product_node
from bench.world import BenchUser, person, project

PROJECTS = 4
# Below 4 cores two nodes, the database and the clients share what one node had (docs/benchmarks.md): the goal is 1.0.
ENOUGH_CORES = 4


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """p12."""
    owner = person("nodes")
    count = 40 if quick else 150
    rounds = 2 if quick else 5
    with product_node() as first, product_node() as second:
        pairs = in_turn(rounds, lambda: _saves([first, second], owner, count), lambda: _saves([first], owner, count))
    cores = os.cpu_count() or 1
    goal = Goal(">=", 1.6 if cores >= ENOUGH_CORES else 1.0)
    notes = [f"{cores} cores; every save is also delivered to the other socket of its project."]
    return [compared("p12", "Two nodes against one: saves on different projects", "saves/s", goal, pairs, notes=notes)]


def _saves(nodes: list[BenchNode], owner: BenchUser, count: int) -> float:
    """Saves per second over all projects, each with one writer and one who watches."""
    with ExitStack() as stack, ThreadPoolExecutor(PROJECTS) as pool:
        writers = []
        for number in range(PROJECTS):
            node, made = nodes[number % len(nodes)], project(owner)
            stack.enter_context(socket_to(nodes[(number + 1) % len(nodes)], made.id, owner))
            writers.append(stack.enter_context(socket_to(node, made.id, owner)))

        def work(number: int) -> None:
            token, version = writers[number].take(), 0
            for _ in range(count):
                version = writers[number].save(f"version {version}", token, version)

        return per_second(lambda: list(pool.map(work, range(PROJECTS))), 1) * PROJECTS * count
