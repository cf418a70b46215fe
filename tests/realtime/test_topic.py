"""A topic: every subscriber sees 1, 2, 3 …, whatever happens to the frames on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.subscriber import Subscriber
from realtime.topic import Topic
from tests.realtime.conftest import next_frames

BATCH = 7


class Rows:
    """A stand-in for the table of events: what is committed can be read, a batch at a time."""

    def __init__(self) -> None:
        self.newest = 0
        self.reads: list[int] = []
        self.fails = 0

    async def events(self, _topic: str, after: int) -> Sequence[tuple[int, str]]:
        self.reads.append(after)
        await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise OSError("Postgres is away")
        return [(seq, f"event {seq}") for seq in range(after + 1, min(self.newest, after + BATCH) + 1)]


def topic_of(rows: Rows, observed: list[str] | None = None) -> Topic:
    sink = observed if observed is not None else []
    return Topic(
        "project.x",
        read_events=rows.events,
        observe=lambda _name, frame: sink.append(frame),
        gap_wait=0,
        retry_wait=0,
    )


def listen(topic: Topic) -> Subscriber:
    subscriber = Subscriber(topic.name, origin=None, overflowed=lambda: None)
    topic.subscribers.add(subscriber)
    return subscriber


async def read(subscriber: Subscriber, count: int) -> list[str]:
    frames: list[str] = []
    async with asyncio.timeout(5):
        while len(frames) < count:
            frames += await next_frames(subscriber)
    return frames


def events(last: int, first: int = 1) -> list[str]:
    return [f"event {seq}" for seq in range(first, last + 1)]


async def test_a_gap_is_read_once_for_all_subscribers() -> None:
    rows, observed = Rows(), list[str]()
    topic = topic_of(rows, observed)
    everybody = [listen(topic) for _ in range(5)]
    topic.begin(0)
    rows.newest = 4
    topic.event(4, "event 4")
    for subscriber in everybody:
        assert await read(subscriber, 4) == events(4)
    assert rows.reads == [0]
    assert observed == events(4)


async def test_a_gap_longer_than_a_batch_is_read_in_batches() -> None:
    rows = Rows()
    topic = topic_of(rows)
    subscriber = listen(topic)
    topic.begin(0)
    rows.newest = 3 * BATCH
    topic.event(rows.newest, f"event {rows.newest}")
    assert await read(subscriber, rows.newest) == events(rows.newest)


async def test_a_lost_last_frame_is_found_by_the_head() -> None:
    rows = Rows()
    topic = topic_of(rows)
    subscriber = listen(topic)
    topic.begin(0)
    rows.newest = 2
    await topic.catch_up(2, within=5)
    assert await read(subscriber, 2) == events(2)


async def test_it_goes_on_when_postgres_is_back() -> None:
    rows = Rows()
    rows.fails = 3
    topic = topic_of(rows)
    subscriber = listen(topic)
    topic.begin(0)
    rows.newest = 2
    topic.event(2, "event 2")
    assert await read(subscriber, 2) == events(2)


async def test_an_announcement_that_postgres_does_not_know_is_forgotten() -> None:
    rows = Rows()
    topic = topic_of(rows)
    subscriber = listen(topic)
    topic.begin(0)
    await topic.catch_up(9_999, within=5)
    topic.event(9_999, "forged")
    await topic.catch_up(0, within=5)
    rows.newest = 1
    topic.event(1, "event 1")
    assert await read(subscriber, 1) == events(1)


async def test_an_ephemeral_is_not_echoed_to_its_origin() -> None:
    topic = topic_of(Rows())
    topic.begin(0)
    writer, watcher = listen(topic), listen(topic)
    writer.origin = "session-1"
    topic.ephemeral("typing", "session-1")
    topic.ephemeral("joined", None)
    assert await read(watcher, 2) == ["typing", "joined"]
    assert await read(writer, 1) == ["joined"]


async def test_an_observer_that_fails_does_not_hold_the_event_back() -> None:
    def fail(_name: str, _frame: str) -> None:
        raise ValueError("no")

    topic = Topic("project.x", read_events=Rows().events, observe=fail)
    subscriber = listen(topic)
    topic.begin(0)
    topic.event(1, "event 1")
    assert await read(subscriber, 1) == events(1)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), count=st.integers(1, 30), known_before=st.integers(0, 5))
def test_any_loss_repetition_and_order_ends_in_one_two_three(
    data: st.DataObject, count: int, known_before: int
) -> None:
    """Frames are lost, doubled and shuffled; reads fail; subscribers join at any moment. All see every event once."""
    seqs = range(known_before + 1, known_before + count + 1)
    copies = data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count), label="copies of each frame")
    arriving = data.draw(st.permutations([s for s, n in zip(seqs, copies, strict=True) for _ in range(n)]))
    joins_at = data.draw(st.integers(0, len(arriving)), label="a second one joins after")
    fails = data.draw(st.integers(0, 2), label="failing reads")

    async def run() -> None:
        rows = Rows()
        rows.newest, rows.fails = known_before + count, fails
        topic = topic_of(rows)
        first = listen(topic)
        topic.begin(known_before)
        second, since = None, 0
        for position, seq in enumerate(arriving):
            if position == joins_at:
                second, since = listen(topic), topic.last
            topic.event(seq, f"event {seq}")
            if data.draw(st.booleans(), label="something else runs"):
                await asyncio.sleep(0)
        await topic.catch_up(rows.newest, within=5)
        assert await read(first, count) == events(rows.newest, known_before + 1)
        if second is not None:
            assert await read(second, rows.newest - since) == events(rows.newest, since + 1)
        await topic.close()

    asyncio.run(run())
