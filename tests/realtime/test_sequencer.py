"""The order of events: whatever is lost, repeated or mixed up on the way."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from realtime.sequencer import MOST_PENDING, Sequencer


def test_it_holds_everything_back_until_it_knows_where_the_topic_stands() -> None:
    sequencer = Sequencer()
    assert sequencer.offer(7, "seven") == []
    assert sequencer.offer(5, "five") == []
    assert not sequencer.has_gap
    assert sequencer.begin(4) == [(5, "five")]
    assert sequencer.has_gap
    assert sequencer.offer(6, "six") == [(6, "six"), (7, "seven")]
    assert not sequencer.has_gap


def test_it_drops_what_was_given_out_before() -> None:
    sequencer = Sequencer()
    sequencer.begin(3)
    assert sequencer.offer(3, "three") == []
    assert sequencer.offer(4, "four") == [(4, "four")]
    assert sequencer.offer(4, "four again") == []


def test_what_postgres_knows_and_nobody_announced_is_a_gap() -> None:
    sequencer = Sequencer()
    sequencer.begin(3)
    sequencer.expect(5)
    assert sequencer.has_gap
    sequencer.offer(4, "four")
    assert sequencer.has_gap
    sequencer.offer(5, "five")
    assert not sequencer.has_gap


def test_giving_up_drops_what_waits_and_goes_on_after_the_last_one() -> None:
    sequencer = Sequencer()
    sequencer.begin(3)
    sequencer.offer(99, "from nowhere")
    sequencer.expect(98)
    sequencer.give_up()
    assert not sequencer.has_gap
    assert sequencer.offer(4, "four") == [(4, "four")]


def test_it_holds_a_bounded_number_back_and_always_takes_the_next_one() -> None:
    sequencer = Sequencer()
    sequencer.begin(0)
    for seq in range(2, MOST_PENDING + 1_000):
        sequencer.offer(seq, "late")
    due = sequencer.offer(1, "first")
    assert [seq for seq, _ in due] == list(range(1, MOST_PENDING + 2))
    assert sequencer.has_gap


@given(
    start=st.integers(0, 5),
    count=st.integers(0, 40),
    repeats=st.lists(st.integers(0, 39), max_size=20),
    begin_at=st.integers(0, 60),
    seed=st.integers(0, 10_000),
)
def test_any_mixture_comes_out_as_one_two_three(
    start: int, count: int, repeats: list[int], begin_at: int, seed: int
) -> None:
    seqs = [start + 1 + index for index in range(count)]
    arriving = seqs + [seqs[index] for index in repeats if index < count]
    random.Random(seed).shuffle(arriving)
    sequencer = Sequencer()
    given_out: list[int] = []
    for position, seq in enumerate(arriving):
        if position == begin_at:
            given_out += [each for each, _ in sequencer.begin(start)]
        given_out += [each for each, _ in sequencer.offer(seq, str(seq))]
    if begin_at >= len(arriving):
        given_out += [each for each, _ in sequencer.begin(start)]
    assert given_out == seqs
    assert not sequencer.has_gap
