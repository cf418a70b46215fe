"""p11: what a socket costs that only listens, and what a join costs the more people are there."""

from __future__ import annotations

import asyncio
import time

from bench.figure import Figure, Goal, compared
from bench.nodes import BenchNode, product_node, stock_node
from bench.sockets import hang_up, listen_many
from bench.world import BenchUser, person, project

JOINS = 2_000


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """p11."""
    owner = person("idle")
    joins = JOINS // 5 if quick else JOINS
    with product_node() as product:
        made = project(owner)
        value, early, late = asyncio.run(_join(product, f"/ws/projects/{made.id}/", owner, joins))
    with stock_node() as stock:
        baseline, _, _ = asyncio.run(_join(stock, "/ws/stock/idle/", None, joins))
    notes = [
        f"{joins} joins of one project.",
        f"A join took {early * 1000:.2f} ms among the first tenth and {late * 1000:.2f} ms among the last.",
    ]
    return [compared("p11", "Memory of an idle socket", "KiB", Goal("<=", 1), [(value, baseline)], notes=notes)]


async def _join(node: BenchNode, path: str, owner: BenchUser | None, count: int) -> tuple[float, float, float]:
    """KiB per socket, and the seconds of a join among the first and the last tenth."""
    token = owner.token if owner else None
    warm = await listen_many(20, node.port, path, lambda *_: None, token=token)
    before = node.memory()
    tenth = count // 10
    times, listeners = [], []
    for _ in range(10):
        began = time.perf_counter()
        listeners += await listen_many(tenth, node.port, path, lambda *_: None, token=token)
        times.append((time.perf_counter() - began) / tenth)
    used = (node.memory() - before) / 1024 / (tenth * 10)
    await hang_up([*warm, *listeners])
    return used, times[0], times[-1]
