"""`bundles.push`, from the side that sends: what the other site lacks, in the order in which it came here.

What to send follows from clocks alone: from what the other site says that it has or holds, and from what is on the way.
So nothing has to be remembered about a link that broke, and bundles of other sites go on as our own do.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kernel.tasks import end, read_outcomes
from stages.registers.fold.wire import WireBundle
from stages.replication.admission.statements import certificates_for, revocations_of
from stages.replication.ingest.reading import MAX_BYTES, bundles_after, clock_of
from stages.replication.ingest.wire import write_wire
from stages.replication.link.heads import (
    Clock,
    actors_of,
    clock_of_peer,
    forked_bundles,
    forks_with,
    joined,
    known_of,
    newest_of,
)
from stages.replication.link.messages import Taken
from stages.replication.link.methods import Link, RemoteError, read_params
from stages.replication.link.services import note_clock
from stages.replication.link.waking import LOOK_AGAIN, News, jittered

logger = logging.getLogger(__name__)

MAX_UNANSWERED: Final = 4
# So many chains are sent again in one link because the other site says that it has them otherwise.
MOST_FORKS: Final = 3
# Of one push: statements, and the bytes of their texts, of which JSON makes twice as much at most.
MAX_KEYS_AT_ONCE: Final = 500
MAX_KEY_BYTES: Final = 1024 * 1024
# Seconds until bundles that were refused are sent again.
TRY_AGAIN: Final = 30.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Bundles to send, the statements that go ahead of them, and how many bundles are left after them."""

    bundles: Sequence[WireBundle]
    keys: Sequence[Mapping[str, str]]
    left: int


def pushes_of(batch: Batch) -> Iterator[Batch]:
    """A batch in as many pushes as there have to be so that each fits into a frame, statements ahead of bundles."""
    pieces = list(_pieces_of(batch.keys)) or [[]]
    has_large_bundle = len(batch.bundles) == 1 and _bytes_of(batch.bundles[0]) > MAX_BYTES
    beside = [] if has_large_bundle else pieces.pop()
    for piece in pieces:
        if piece:
            yield Batch((), piece, batch.left + len(batch.bundles))
    yield Batch(batch.bundles, beside, batch.left)


def _pieces_of(keys: Sequence[Mapping[str, str]]) -> Iterator[list[Mapping[str, str]]]:
    piece: list[Mapping[str, str]] = []
    size = 0
    for each in keys:
        own = sum(len(value.encode()) for value in each.values())
        if piece and (size + own > MAX_KEY_BYTES or len(piece) == MAX_KEYS_AT_ONCE):
            yield piece
            piece, size = [], 0
        piece.append(each)
        size += own
    if piece:
        yield piece


def _bytes_of(bundle: WireBundle) -> int:
    return len(bundle.header.encode()) + sum(len(text.encode()) + len(seal) for text, seal in bundle.operations)


class Pusher:
    """What one link has sent, and what the other site has."""

    def __init__(self, link: Link) -> None:
        self._link = link
        # Of each site the newest bundle that is held there, or on its way there.
        self._there: dict[str, Sequence[Any]] = {}
        self._seen: Mapping[str, Any] | None = None
        # Whether it has just said that it holds some of ours.
        self._holds = False
        self._sent: set[str] = set()
        self._remaining: int | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Send, for ever. Raises `RemoteError` when the link has ended."""
        try:
            while True:
                await self._look_at_state()
                batch = await self._link.lanes.read(functools.partial(self._next, dict(self._there), self._holds))
                self._holds = False
                if batch.bundles or batch.keys:
                    for push in pushes_of(batch):
                        await self._send(push)
                else:
                    await self._finish(asyncio.ALL_COMPLETED)
                    self._remaining = None
                    await self._link.woken(jittered(LOOK_AGAIN), News.BUNDLES, News.STATE)
        finally:
            await end(*self._under_way)

    async def _look_at_state(self) -> None:
        """What the other site says that it has counts, unless more is on its way to it."""
        state = self._link.peer_state
        if state is self._seen or self._under_way:
            return
        self._seen = state
        known = functools.partial(known_of, self._link.project_id, state["held"])
        self._there = dict(await self._link.lanes.read(known))
        self._holds = bool(self._there)

    def _next(self, there: Clock, holds: bool) -> Batch:
        has = clock_of_peer(self._link.remote.peer_id)
        bundles, left = bundles_after(self._link.project_id, joined(has, there))
        # What it holds may wait for certificates that whoever sent it kept back.
        waiting = bundles_after(self._link.project_id, has)[0] if holds else []
        certificates = _certificates(self._link.project_id, (*bundles, *waiting))
        keys = [*certificates, *revocations_of(self._link.project_id)]
        return Batch(bundles, [each for each in keys if each["seal"] not in self._sent], left)

    async def _send(self, batch: Batch) -> None:
        while len(self._under_way) >= MAX_UNANSWERED:
            await self._finish(asyncio.FIRST_COMPLETED)
        self._sent |= {each["seal"] for each in batch.keys}
        self._there = joined(self._there, newest_of(batch.bundles))
        # Within one catching up it only falls, whatever is written meanwhile.
        self._remaining = batch.left if self._remaining is None else min(batch.left, self._remaining)
        params = {"bundles": batch.bundles, "keys": batch.keys, "remaining": self._remaining}
        self._under_way.add(asyncio.create_task(self._push(params), name="bundles.push"))

    async def _push(self, params: dict[str, Any]) -> None:
        params["bundles"] = await self._link.lanes.read(lambda: [write_wire(each) for each in params["bundles"]])
        taken = read_params(await self._link.call("bundles.push", params), Taken)
        await self._link.lanes.write(functools.partial(note_clock, self._link.remote, taken.clock))

    async def _finish(self, when: str) -> None:
        """Wait for answers. Raises what one of them raised."""
        if not self._under_way:
            return
        done, self._under_way = await asyncio.wait(self._under_way, return_when=when)
        for error in read_outcomes(done):
            raise error


async def push_bundles(link: Link) -> None:
    """A worker of links: send what the other site lacks."""
    while True:
        try:
            await Pusher(link).run()
        except RemoteError as refusal:
            # It cannot take any more just now, or the link has ended: then so does this.
            logger.warning("Site %s takes no bundles: %s", link.peer_key[:8], refusal)
            await asyncio.sleep(TRY_AGAIN)


async def push_forks(link: Link) -> None:
    """A worker of links: send our side of a fork, so that it is seen, and its texts can be saved, over there.

    Each once in a link: it closes that of a site which did not have it.
    """
    sent: set[tuple[str, int]] = set()
    seen = None
    while True:
        if link.peer_state is not seen:
            seen = link.peer_state
            forks = functools.partial(forks_with, link.project_id, link.peer_key, seen["clock"])
            for fork in [each for each in await link.lanes.read(forks) if each not in sent][: MOST_FORKS - len(sent)]:
                sent.add(fork)
                batch = await link.lanes.read(functools.partial(_side_of_fork, link.project_id, *fork))
                for push in pushes_of(batch):
                    bundles = [write_wire(each) for each in push.bundles]
                    await link.call("bundles.push", {"bundles": bundles, "keys": push.keys, "remaining": 0})
        await link.woken(jittered(LOOK_AGAIN), News.STATE)


def _side_of_fork(project_id: UUID, site: str, number: int) -> Batch:
    bundles = forked_bundles(project_id, site, number, list(clock_of(project_id)))
    return Batch(bundles, _certificates(project_id, bundles), 0)


def _certificates(project_id: UUID, bundles: Sequence[WireBundle]) -> list[dict[str, str]]:
    """What their sites say about the people who signed these bundles."""
    return certificates_for(project_id, {actor for each in bundles for actor in actors_of(each)})
