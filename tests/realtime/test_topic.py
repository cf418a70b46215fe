"""A topic: every subscriber sees 1, 2, 3 …, whatever happens to the frames on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.frames import Frame
from realtime.subscriber import FrameQueue, Subscriber
from realtime.topic import Topic
from tests.exploring import examples
from tests.patience import PATIENCE
from tests.realtime.conftest import Listener, Table, next_frames, too_slow

BATCH = 7


class Rows(Table):
    """A stand-in for the table of events: what is committed can be read, a batch at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.head = 0
        self.read_after: list[int] = []
        self.fails = 0

    async def frames(self, _topic: str, after: int) -> Sequence[Frame]:
        self.read_after.append(after)
        await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise OSError("Postgres is away")
        return [one(seq) for seq in range(after + 1, min(self.head, after + BATCH) + 1)]


def one(seq: int) -> Frame:
    return Frame(seq, seq, f"event {seq}")


def topic_of(rows: Table) -> Topic:
    return Topic("project.x", rows, gap_wait=0, retry_wait=0)


def join(topic: Topic, origin: str | None = None) -> Listener:
    queue = FrameQueue(overflowed=too_slow)
    subscriber = Subscriber(topic.name, queue, origin=origin)
    topic.subscribers.add(subscriber)
    return Listener(subscriber, queue)


async def read(listener: Listener, count: int) -> list[str]:
    frames: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while len(frames) < count:
            frames += await next_frames(listener.queue)
    return frames


def events(last: int, first: int = 1) -> list[str]:
    return [f"event {seq}" for seq in range(first, last + 1)]


async def test_a_gap_is_read_once_for_all_subscribers() -> None:
    rows = Rows()
    topic = topic_of(rows)
    everybody = [join(topic) for _ in range(5)]
    topic.begin(0)
    rows.head = 4
    topic.numbered(one(4))
    for subscriber in everybody:
        assert await read(subscriber, 4) == events(4)
    assert rows.read_after == [0]
    assert rows.observed == [("project.x", each) for each in events(4)]


async def test_a_gap_longer_than_a_batch_is_read_in_batches() -> None:
    rows = Rows()
    topic = topic_of(rows)
    subscriber = join(topic)
    topic.begin(0)
    rows.head = 3 * BATCH
    topic.numbered(one(rows.head))
    assert await read(subscriber, rows.head) == events(rows.head)


async def test_a_lost_last_frame_is_found_by_the_head() -> None:
    rows = Rows()
    topic = topic_of(rows)
    subscriber = join(topic)
    topic.begin(0)
    rows.head = 2
    await topic.catch_up(2, within=PATIENCE)
    assert await read(subscriber, 2) == events(2)


async def test_it_goes_on_when_postgres_is_back() -> None:
    rows = Rows()
    rows.fails = 3
    topic = topic_of(rows)
    subscriber = join(topic)
    topic.begin(0)
    rows.head = 2
    topic.numbered(one(2))
    assert await read(subscriber, 2) == events(2)


async def test_an_announcement_that_postgres_does_not_know_is_forgotten() -> None:
    rows = Rows()
    topic = topic_of(rows)
    subscriber = join(topic)
    topic.begin(0)
    await topic.catch_up(9_999, within=PATIENCE)
    topic.numbered(one(9_999))
    await topic.catch_up(0, within=PATIENCE)
    rows.head = 1
    topic.numbered(one(1))
    assert await read(subscriber, 1) == events(1)


async def test_an_ephemeral_is_not_echoed_to_its_origin() -> None:
    topic = topic_of(Rows())
    topic.begin(0)
    writer, watcher = join(topic, "session-1"), join(topic)
    topic.ephemeral("typing", "session-1")
    topic.ephemeral("joined")
    assert await read(watcher, 2) == ["typing", "joined"]
    assert await read(writer, 1) == ["joined"]


async def test_an_observer_that_fails_does_not_hold_the_event_back() -> None:
    class Failing(Rows):
        def observe(self, topic: str, frame: str) -> None:
            raise ValueError("no")

    topic = topic_of(Failing())
    subscriber = join(topic)
    topic.begin(0)
    topic.numbered(one(1))
    assert await read(subscriber, 1) == events(1)


async def test_a_frame_of_several_numbers_that_waits_is_given_out_whole() -> None:
    rows = Rows()
    topic = topic_of(rows)
    subscriber = join(topic)
    topic.begin(0)
    rows.head = 5
    topic.numbered(Frame(3, 5, "three to five"))
    assert await read(subscriber, 3) == [*events(2), "three to five"]
    assert topic.last == 5
    topic.numbered(one(6))
    assert await read(subscriber, 1) == ["event 6"]


async def test_what_is_new_of_a_frame_that_begins_with_known_numbers_is_read() -> None:
    rows = Rows()
    topic = topic_of(rows)
    subscriber = join(topic)
    topic.begin(3)
    rows.head = 5
    topic.numbered(Frame(2, 5, "two to five"))
    assert await read(subscriber, 2) == events(5, 4)


async def test_a_topic_without_numbers_ignores_them() -> None:
    class Unnumbered(Rows):
        is_numbered = False

    topic = topic_of(Unnumbered())
    subscriber = join(topic)
    topic.begin(0)
    topic.numbered(one(1))
    topic.ephemeral("typing")
    assert await read(subscriber, 1) == ["typing"]


@settings(max_examples=examples(150))
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
        rows.head, rows.fails = known_before + count, fails
        topic = topic_of(rows)
        first = join(topic)
        topic.begin(known_before)
        second, since = None, 0
        for position, seq in enumerate(arriving):
            if position == joins_at:
                second, since = join(topic), topic.last
            topic.numbered(one(seq))
            if data.draw(st.booleans(), label="something else runs"):
                await asyncio.sleep(0)
        await topic.catch_up(rows.head, within=PATIENCE)
        assert await read(first, count) == events(rows.head, known_before + 1)
        if second is not None:
            assert await read(second, rows.head - since) == events(rows.head, since + 1)
        await topic.close()

    asyncio.run(run())
