"""p1 and p2: one event to 200 sockets of one project, against a group that every socket joined by itself."""

from __future__ import annotations

import asyncio
import functools
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer

import realtime
from audit.live import topic_of
from audit.models import Event, project_chain
from bench.figure import Figure, Goal, compared
from bench.nodes import BenchNode, product_node, stock_node
from bench.sockets import hang_up, listen_many
from bench.world import BenchUser, person, project

SOCKETS = 200
BURST = 200
PACE = 20
WAIT_SECONDS = 60

Send = Callable[[int, str], Awaitable[None]]


class Arrivals:
    """When each event reached how many sockets."""

    def __init__(self, events: int) -> None:
        self.expected = events * SOCKETS
        self.count = 0
        self.last: dict[int, float] = defaultdict(float)
        self.all_here = asyncio.Event()

    def received(self, payload: bytes, when: float) -> None:
        number = int(payload.split(b'"bench":', 1)[1].split(b"}", 1)[0])
        self.last[number] = when
        self.count += 1
        if self.count == self.expected:
            self.all_here.set()


def frame_of(number: int) -> str:
    """A frame of an event's usual size."""
    data = {"version": 15, "kind": "save", "changed_fields": ["prompt_text"], "bench": number}
    params = {
        "seq": number,
        "name": "draft.saved",
        "at": "2026-11-20T10:00:00Z",
        "actor": {"id": "0" * 36},
        "data": data,
    }
    return json.dumps({"jsonrpc": "2.0", "method": "event", "params": params}, separators=(",", ":"))


async def _burst(port: int, path: str, token: str | None, send: Send, first: int) -> float:
    """Deliveries per second for a burst of events to all sockets."""
    arrivals = Arrivals(BURST)
    listeners = await listen_many(SOCKETS, port, path, arrivals.received, token=token)
    began = time.perf_counter()
    for number in range(first, first + BURST):
        await send(number, frame_of(number))
    await asyncio.wait_for(arrivals.all_here.wait(), WAIT_SECONDS)
    rate = arrivals.expected / (time.perf_counter() - began)
    await hang_up(listeners)
    return rate


async def _pace(port: int, path: str, token: str | None, send: Send, first: int, *, events: int) -> float:
    """The 99th percentile, in ms, of the time from publishing to the last socket, at `PACE` events per second."""
    arrivals = Arrivals(events)
    listeners = await listen_many(SOCKETS, port, path, arrivals.received, token=token)
    sent: dict[int, float] = {}
    began = time.perf_counter()
    for turn, number in enumerate(range(first, first + events)):
        await asyncio.sleep(max(0.0, began + turn / PACE - time.perf_counter()))
        sent[number] = time.perf_counter()
        await send(number, frame_of(number))
    await asyncio.wait_for(arrivals.all_here.wait(), WAIT_SECONDS)
    await hang_up(listeners)
    times = sorted((arrivals.last[number] - when) * 1000 for number, when in sent.items())
    return statistics.quantiles(times, n=100)[98] if len(times) > 1 else times[0]


class Sides:
    """Both servers at once, measured in turn."""

    def __init__(self, product: BenchNode, stock: BenchNode, owner: BenchUser) -> None:
        self.product, self.stock, self.owner = product, stock, owner

    def burst(self) -> tuple[float, float]:
        return asyncio.run(self._both(_burst))

    def pace(self, events: int) -> tuple[float, float]:
        return asyncio.run(self._both(functools.partial(_pace, events=events)))

    async def _both(
        self, measure: Callable[[int, str, str | None, Send, int], Awaitable[float]]
    ) -> tuple[float, float]:
        made = await sync_to_async(project)(self.owner)
        head = await sync_to_async(Event.objects.newest_seq)(project_chain(made.id))
        topic, room, layer = topic_of(made.id), made.id.hex, get_channel_layer()

        async def publish(number: int, frame: str) -> None:
            realtime.publish(topic=topic, seq=number, frame=frame)

        async def group_send(_number: int, frame: str) -> None:
            await layer.group_send(f"stock.{room}", {"type": "stock.event", "frame": frame})

        path = f"/ws/projects/{made.id}/"
        value = await measure(self.product.port, path, self.owner.token, publish, head + 1)
        baseline = await measure(self.stock.port, f"/ws/stock/{room}/", None, group_send, 1)
        return value, baseline


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """p1 and p2."""
    owner = person("fanout")
    figures = []
    with product_node() as product, stock_node() as stock:
        sides = Sides(product, stock, owner)
        if "p1" in wanted:
            pairs = [sides.burst() for _ in range(2 if quick else 5)]
            figures.append(compared("p1", "Fan-out to 200 sockets", "deliveries/s", Goal(">=", 3), pairs))
        if "p2" in wanted:
            pairs = [sides.pace(20 if quick else 100) for _ in range(1 if quick else 3)]
            notes = ["Time from publishing to the last of 200 sockets, 99th percentile; < 50 ms is asked for."]
            figures.append(compared("p2", "Delay at 20 events/s", "ms", Goal("<=", 0.5), pairs, notes=notes))
    return figures
