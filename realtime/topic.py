"""A topic on this node: who follows it here, and what they get in which order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from kernel.tasks import end
from realtime.frames import Frame
from realtime.metrics import DELIVERIES, EVENTS, GAPS
from realtime.sequencer import Sequencer
from realtime.sources import TopicSource
from realtime.subscriber import Subscriber

logger = logging.getLogger(__name__)

# Seconds: what is merely late arrives within the first; the second is the pace against a Postgres that is away.
GAP_WAIT: Final = 0.1
RETRY_WAIT: Final = 1.0
# So often may a read find nothing for a frame that waits; then the frame was not one of this topic.
MAX_VAIN_READS: Final = 5


class Topic:
    """Gives each frame once, in order, to every local subscriber; reads what is missing once for all of them.

    `source` reads the missing frames, and sees every numbered frame once, before the subscribers do.
    """

    __slots__ = ("_filling", "_gap_wait", "_retry_wait", "_sequencer", "name", "opening", "source", "subscribers")

    def __init__(
        self, name: str, source: TopicSource, *, gap_wait: float = GAP_WAIT, retry_wait: float = RETRY_WAIT
    ) -> None:
        self.name = name
        self.source = source
        self.subscribers: set[Subscriber] = set()
        self.opening: asyncio.Task[None] | None = None
        self._gap_wait = gap_wait
        self._retry_wait = retry_wait
        self._sequencer = Sequencer()
        self._filling: asyncio.Task[None] | None = None

    @property
    def last(self) -> int:
        return self._sequencer.last

    async def opened(self) -> None:
        """Wait until the topic is joined; raises what went wrong with that. Cancelling one waiter leaves the others."""
        if self.opening is not None:
            await asyncio.shield(self.opening)

    def begin(self, last: int) -> None:
        """`last` is the topic's newest number in Postgres, and everything newer arrives here."""
        self._emit(self._sequencer.begin(last))
        self._fill_gap()

    def numbered(self, frame: Frame) -> None:
        """A numbered frame has arrived, in whatever order; in a topic without numbers it means nothing."""
        if not self.source.is_numbered:
            return
        self._emit(self._sequencer.offer(frame))
        self._fill_gap()

    def ephemeral(self, frame: str, origin: str | None = None) -> None:
        """Pass on something without a number, except to whom it came from."""
        for subscriber in tuple(self.subscribers):
            if origin is None or subscriber.origin != origin:
                subscriber.push(0, frame)

    async def catch_up(self, seq: int, *, within: float) -> None:
        """Catch up to `seq`, the newest number in Postgres, waiting at most `within` seconds."""
        self._sequencer.expect(seq)
        self._fill_gap()
        if self._filling is not None:
            await asyncio.wait((self._filling,), timeout=within)

    async def close(self) -> None:
        """End what is under way."""
        await end(self._filling, self.opening)

    def _emit(self, due: Sequence[Frame]) -> None:
        EVENTS.inc(len(due))
        DELIVERIES.inc(len(due) * len(self.subscribers))
        for _, seq, text in due:
            try:
                self.source.observe(self.name, text)
            except Exception:
                logger.exception("An observer of %s failed at event %d", self.name, seq)
            for subscriber in tuple(self.subscribers):
                subscriber.push(seq, text)

    def _fill_gap(self) -> None:
        if self._sequencer.has_gap and (self._filling is None or self._filling.done()):
            GAPS.inc()
            self._filling = asyncio.create_task(self._fill(), name=f"fill-{self.name}")

    async def _fill(self) -> None:
        """Wait for what is merely late, then read until nothing is missing."""
        await asyncio.sleep(self._gap_wait)
        vain_reads = 0
        while self._sequencer.has_gap:
            before = self.last
            try:
                frames = await self.source.frames(self.name, before)
            except Exception as error:  # noqa: BLE001 (Postgres away: the subscribers get the rest once it is back)
                logger.warning("Missing events of %s cannot be read yet: %r", self.name, error)
                await asyncio.sleep(self._retry_wait)
                continue
            for frame in frames:
                self._emit(self._sequencer.offer(frame))
            if self.last > before:
                vain_reads = 0
                continue
            vain_reads += 1
            if vain_reads >= MAX_VAIN_READS:
                logger.error("Postgres knows nothing of the events announced after %s#%d", self.name, self.last)
                self._sequencer.give_up()
            else:
                await asyncio.sleep(self._gap_wait)
