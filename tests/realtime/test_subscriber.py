"""The queue between the hub and one socket's writer."""

from __future__ import annotations

from realtime.subscriber import Subscriber


def subscriber(overflows: list[str], **limits: int) -> Subscriber:
    return Subscriber("topic", origin=None, overflowed=lambda: overflows.append("full"), **limits)


def test_it_calls_back_once_and_answers_all_that_wait() -> None:
    reader, calls = subscriber([]), []
    reader.call(lambda: calls.append("arrived"))
    assert calls == []
    reader.push(1, "one")
    reader.push(2, "two")
    assert calls == ["arrived"]
    assert reader.take() == ["one", "two"]
    assert reader.take() == []
    reader.push(3, "three")
    reader.call(lambda: calls.append("at once"))
    assert calls == ["arrived", "at once"]


def test_the_snapshot_makes_older_events_needless_but_not_ephemerals() -> None:
    reader = subscriber([])
    for seq, frame in ((4, "four"), (0, "typing"), (5, "five"), (6, "six")):
        reader.push(seq, frame)
    reader.start(5)
    reader.push(5, "five again")
    reader.push(7, "seven")
    assert reader.take() == ["typing", "six", "seven"]


def test_a_reader_that_is_too_slow_loses_its_queue_and_is_reported_once() -> None:
    overflows: list[str] = []
    reader = subscriber(overflows, most_frames=3)
    for seq in range(1, 10):
        reader.push(seq, "frame")
    assert overflows == ["full"]
    assert reader.is_full


def test_the_queue_is_bounded_in_characters_too() -> None:
    overflows: list[str] = []
    reader = subscriber(overflows, most_characters=100)
    reader.push(1, "x" * 60)
    assert reader.take() == ["x" * 60]
    reader.push(2, "x" * 60)
    reader.push(3, "x" * 60)
    assert overflows == ["full"]
