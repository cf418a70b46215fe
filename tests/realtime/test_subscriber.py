"""The queue between the hub and one socket's writer."""

from __future__ import annotations

from typing import Any

from realtime.frames import Frame
from realtime.subscriber import FrameQueue, Subscriber


def queue(overflows: list[str] | None = None, **limits: Any) -> FrameQueue:
    return FrameQueue(overflowed=lambda: (overflows if overflows is not None else []).append("full"), **limits)


def started(frames: FrameQueue) -> Subscriber:
    subscriber = Subscriber("topic", frames)
    subscriber.start()
    return subscriber


def test_it_calls_back_once_and_answers_all_that_wait() -> None:
    frames, calls = queue(), list[str]()
    reader = started(frames)
    frames.call(lambda: calls.append("arrived"))
    assert calls == []
    reader.push(1, "one")
    reader.push(2, "two")
    assert calls == ["arrived"]
    assert frames.take() == ["one", "two"]
    assert frames.take() == []
    reader.push(3, "three")
    frames.call(lambda: calls.append("at once"))
    assert calls == ["arrived", "at once"]


def test_the_snapshot_makes_older_events_needless_but_not_ephemerals() -> None:
    frames = queue()
    reader = Subscriber("topic", frames)
    for seq, frame in ((4, "four"), (0, "typing"), (5, "five"), (6, "six")):
        reader.push(seq, frame)
    assert frames.take() == []
    reader.start(5)
    reader.push(5, "five again")
    reader.push(7, "seven")
    assert frames.take() == ["typing", "six", "seven"]


def test_what_was_missed_comes_before_what_arrived_meanwhile() -> None:
    frames = queue()
    reader = Subscriber("topic", frames)
    for seq in (3, 4, 5):
        reader.push(seq, f"live {seq}")
    reader.start(4, missed=[Frame(1, 2, "read 1 to 2"), Frame(3, 4, "read 3 to 4")])
    assert frames.take() == ["read 1 to 2", "read 3 to 4", "live 5"]


def test_a_topic_that_is_not_started_yet_holds_no_other_one_up() -> None:
    frames = queue()
    first, second = started(frames), Subscriber("other", frames)
    second.push(1, "held")
    first.push(1, "one")
    assert frames.take() == ["one"]
    second.start(0)
    assert frames.take() == ["held"]


def test_a_reader_that_is_too_slow_loses_its_queue_and_is_reported_once() -> None:
    overflows: list[str] = []
    frames = queue(overflows, max_frames=3)
    reader = started(frames)
    for seq in range(1, 10):
        reader.push(seq, "frame")
    assert overflows == ["full"]
    assert frames.is_full


def test_the_topics_of_one_socket_share_its_bounds() -> None:
    overflows: list[str] = []
    frames = queue(overflows, max_frames=3)
    first, second = started(frames), Subscriber("other", frames)
    for seq in (1, 2):
        first.push(seq, "frame")
        second.push(seq, "held")
    assert overflows == ["full"]


def test_what_is_given_up_or_taken_makes_room() -> None:
    overflows: list[str] = []
    frames = queue(overflows, max_frames=3)
    first, second = started(frames), Subscriber("other", frames)
    for round_ in range(3):
        first.push(round_ + 1, "frame")
        second.push(round_ + 1, "held")
        second.stop()
        assert frames.take() == ["frame"]
    assert overflows == []


def test_the_queue_is_bounded_in_characters_too() -> None:
    overflows: list[str] = []
    frames = queue(overflows, max_characters=100)
    reader = started(frames)
    reader.push(1, "x" * 60)
    assert frames.take() == ["x" * 60]
    reader.push(2, "x" * 60)
    reader.push(3, "x" * 60)
    assert overflows == ["full"]
