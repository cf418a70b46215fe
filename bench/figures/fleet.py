"""fl1, fl2, fl4, fl5: an edition to two thousand stations, what they say of it, what they cost, and all at once."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

import realtime
from bench.figure import Figure, Goal, compared
from bench.frames import masked
from bench.nodes import BenchNode, plain_node, product_node, stock_node
from bench.sockets import Listener, hang_up
from bench.stations import PATH, PATIENCE, BenchFleet, BenchStation, fleet, open_all
from bench.world import bare_connection

STATIONS = 2_000
EDITION_BYTES = 12_000
STOCK_PATH = "/ws/stock/fleet/"
ANSWER = b'"result"'

_UPSERT = """
INSERT INTO fleet_placement (station_id, directive_id, state, sha256, files, edition, changed_at)
VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp())
ON CONFLICT (station_id, directive_id) DO UPDATE
SET (state, sha256, files, edition, changed_at) = (excluded.state, excluded.sha256, excluded.files, excluded.edition,
    excluded.changed_at)
"""

Send = Callable[[int, str], Awaitable[None]]


class Count:
    """Counts frames until there are so many."""

    def __init__(self, expected: int) -> None:
        self.begin(expected)

    def begin(self, expected: int) -> None:
        """Count anew."""
        self.left = expected
        self.done = asyncio.Event()

    def heard(self, _payload: bytes, _when: float) -> None:
        self.left -= 1
        if self.left == 0:
            self.done.set()

    async def all(self) -> None:
        await asyncio.wait_for(self.done.wait(), PATIENCE)


def frame_of(number: int) -> str:
    """The notification of an edition of the usual size."""
    params = {"bench": number, "team": "0" * 36, "text": "x" * EDITION_BYTES}
    return json.dumps({"jsonrpc": "2.0", "method": "edition", "params": params}, separators=(",", ":"))


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those that are wanted."""
    made = fleet(STATIONS // 5 if quick else STATIONS)
    figures = []
    if wanted & {"fl1a", "fl1b"}:
        figures += _push(made, rounds=2 if quick else 5)
    if "fl2" in wanted:
        figures.append(_placements(made, rounds=1 if quick else 3))
    if "fl4" in wanted:
        figures.append(_memory(made))
    if "fl5" in wanted:
        figures.append(_all_at_once(made, rounds=1 if quick else 3))
    return figures


def _push(made: BenchFleet, *, rounds: int) -> list[Figure]:
    """fl1, against both baselines."""
    from stages.fleet.live import rules_topic
    from stages.fleet.models import Team

    topic, head = rules_topic(made.team.id), Team.objects.values_list("number", flat=True).get(pk=made.team.id)
    layer: Any = get_channel_layer()
    nobody: list[str | None] = [None] * len(made.stations)

    async def publish(number: int, frame: str) -> None:
        realtime.publish(topic=topic, seq=head + number, frame=frame)

    async def group_send(_number: int, frame: str) -> None:
        await layer.group_send("stock.fleet", {"type": "stock.event", "frame": frame})

    command = [sys.executable, "-m", "bench.broadcast"]
    with product_node(FOUNDRY_ROLE="worker") as product, stock_node() as stock, plain_node(command) as plain:

        async def run() -> tuple[list[float], list[float], list[float]]:
            return (
                await _pushes(product, PATH, made.tokens, publish, rounds),
                await _pushes(stock, STOCK_PATH, nobody, group_send, rounds),
                await _pushes(plain, "/", nobody, None, rounds),
            )

        ours, channels, broadcast = asyncio.run(run())
    title, note = f"{EDITION_BYTES // 1000} kB to {len(made.stations)} stations", "From publishing to the last socket."
    return [
        compared("fl1a", title, "ms", Goal("<=", 0.5), list(zip(ours, channels, strict=True)), notes=[note]),
        compared(
            "fl1b",
            f"{title}, against websockets.broadcast",
            "ms",
            Goal("<=", 2.5),
            list(zip(ours, broadcast, strict=True)),
        ),
    ]


async def _pushes(
    node: BenchNode, path: str, tokens: Sequence[str | None], send: Send | None, rounds: int
) -> list[float]:
    """Milliseconds until the last socket has each of some pushes; without `send` the first socket sends them."""
    count = Count(len(tokens))
    listeners = await open_all(node.port, path, tokens, count.heard)
    times = []
    for number in range(1, rounds + 2):
        count.begin(len(tokens))
        frame = frame_of(number)
        began = time.perf_counter()
        if send is None:
            _write(listeners[0], frame)
        else:
            await send(number, frame)
        await count.all()
        times.append((time.perf_counter() - began) * 1000)
    await hang_up(listeners)
    # The first one warms up.
    return times[1:]


def _placements(made: BenchFleet, *, rounds: int) -> Figure:
    """fl2: writing what every station says of a directive, against a statement for each."""
    directive_id = _directive(made)
    with product_node(FOUNDRY_ROLE="worker") as product:
        said = [asyncio.run(_say(product, made, directive_id, turn)) for turn in range(rounds)]
    pairs = [(_at_once(made, directive_id, turn), _upserts(made, directive_id, turn)) for turn in range(rounds)]
    title = f"Writing the placements of {len(made.stations)} stations"
    notes = [
        "The one statement of the desk; baseline: an upsert each, on one connection.",
        f"From the first frame of the stations to the last answer: {median(said):.2f} s, of which 0.25 are waited.",
    ]
    return compared("fl2", title, "ms", Goal("<=", 0.2), pairs, notes=notes)


async def _say(node: BenchNode, made: BenchFleet, directive_id: UUID, turn: int) -> float:
    count = Count(len(made.stations))
    listeners = await open_all(node.port, PATH, made.tokens, count.heard, mark=ANSWER)
    said = {"directive": str(directive_id), "state": "in_place", "sha256": _sha256(turn), "files": ["CLAUDE.md"]}
    request = {"jsonrpc": "2.0", "id": 1, "method": "placements.put", "params": {"placements": [said]}}
    frame = json.dumps(request)
    began = time.perf_counter()
    for each in listeners:
        _write(each, frame)
    await count.all()
    took = time.perf_counter() - began
    await hang_up(listeners)
    return took


def _at_once(made: BenchFleet, directive_id: UUID, turn: int) -> float:
    from stages.fleet.stations.services.placements import NewPlacement, put_placements

    def of(each: BenchStation) -> NewPlacement:
        return NewPlacement(each.station.pk, directive_id, "in_place", _sha256(turn + 2000), ("CLAUDE.md",), 0, None)

    placements = [of(each) for each in made.stations]
    began = time.perf_counter()
    put_placements(placements=placements)
    return (time.perf_counter() - began) * 1000


def _upserts(made: BenchFleet, directive_id: UUID, turn: int) -> float:
    with bare_connection() as connection:
        began = time.perf_counter()
        for each in made.stations:
            values = [each.station.pk, directive_id, "in_place", _sha256(turn + 1000), '["CLAUDE.md"]', 0]
            connection.execute(_UPSERT, values)
        return (time.perf_counter() - began) * 1000


def _memory(made: BenchFleet) -> Figure:
    """fl4: what a station that only listens costs."""
    nobody: list[str | None] = [None] * len(made.stations)
    with product_node(FOUNDRY_ROLE="worker") as product:
        value = asyncio.run(_each(product, PATH, made.tokens))
    with stock_node() as stock:
        baseline = asyncio.run(_each(stock, STOCK_PATH, nobody))
    return compared("fl4", "Memory of an idle station's socket", "KiB", Goal("<=", 1), [(value, baseline)])


async def _each(node: BenchNode, path: str, tokens: Sequence[str | None]) -> float:
    def nothing(_payload: bytes, _when: float) -> None:
        return

    warm = await open_all(node.port, path, tokens[:20], nothing)
    before = node.memory()
    listeners = await open_all(node.port, path, tokens[20:], nothing)
    used = (node.memory() - before) / 1024 / len(listeners)
    await hang_up([*warm, *listeners])
    return used


def _all_at_once(made: BenchFleet, *, rounds: int) -> Figure:
    """fl5: all stations come back in the same moment."""
    nobody: list[str | None] = [None] * len(made.stations)
    with product_node(FOUNDRY_ROLE="worker") as product, stock_node() as stock:
        pairs = [
            (asyncio.run(_rush(product, PATH, made.tokens)), asyncio.run(_rush(stock, STOCK_PATH, nobody)))
            for _ in range(rounds)
        ]
    title = f"{len(made.stations)} stations at once"
    notes = ["Until each has its first frame; one that is refused ends the run."]
    return compared("fl5", title, "s", Goal("<=", 3), pairs, notes=notes)


async def _rush(node: BenchNode, path: str, tokens: Sequence[str | None]) -> float:
    began = time.perf_counter()
    listeners = await open_all(node.port, path, tokens, lambda *_: None, at_once=len(tokens))
    took = time.perf_counter() - began
    await hang_up(listeners)
    return took


def _directive(made: BenchFleet) -> UUID:
    """A directive of the team: the prompt of a release, asked for and approved."""
    from tests.fleet.world import new_world, with_roles

    world = new_world()
    world.oncology = made.team
    return with_roles(world).directive().id


def _write(listener: Listener, text: str) -> None:
    assert listener.transport is not None
    listener.transport.write(masked(text.encode()))


def _sha256(turn: int) -> str:
    return f"{turn:064x}"
