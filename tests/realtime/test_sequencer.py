"""The order of events: whatever is lost, repeated or mixed up on the way."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from realtime.frames import Frame
from realtime.sequencer import MAX_PENDING, Sequencer


def one(seq: int, text: str) -> Frame:
    return Frame(seq, seq, text)


def test_it_holds_everything_back_until_it_knows_where_the_topic_stands() -> None:
    sequencer = Sequencer()
    assert sequencer.offer(one(7, "seven")) == []
    assert sequencer.offer(one(5, "five")) == []
    assert not sequencer.has_gap
    assert sequencer.begin(4) == [one(5, "five")]
    assert sequencer.has_gap
    assert sequencer.offer(one(6, "six")) == [one(6, "six"), one(7, "seven")]
    assert not sequencer.has_gap


def test_it_drops_what_was_given_out_before() -> None:
    sequencer = Sequencer()
    sequencer.begin(3)
    assert sequencer.offer(one(3, "three")) == []
    assert sequencer.offer(one(4, "four")) == [one(4, "four")]
    assert sequencer.offer(one(4, "four again")) == []


def test_what_postgres_knows_and_nobody_announced_is_a_gap() -> None:
    sequencer = Sequencer()
    sequencer.begin(3)
    sequencer.expect(5)
    assert sequencer.has_gap
    sequencer.offer(one(4, "four"))
    assert sequencer.has_gap
    sequencer.offer(one(5, "five"))
    assert not sequencer.has_gap


def test_giving_up_drops_what_waits_and_goes_on_after_the_last_one() -> None:
    sequencer = Sequencer()
    sequencer.begin(3)
    sequencer.offer(one(99, "from nowhere"))
    sequencer.expect(98)
    sequencer.give_up()
    assert not sequencer.has_gap
    assert sequencer.offer(one(4, "four")) == [one(4, "four")]


def test_it_holds_a_bounded_number_back_and_always_takes_the_next_one() -> None:
    sequencer = Sequencer()
    sequencer.begin(0)
    for seq in range(2, MAX_PENDING + 1_000):
        sequencer.offer(one(seq, "late"))
    due = sequencer.offer(one(1, "first"))
    assert [frame.seq for frame in due] == list(range(1, MAX_PENDING + 2))
    assert sequencer.has_gap


def test_a_frame_of_several_numbers_takes_the_place_of_all_of_them() -> None:
    sequencer = Sequencer()
    sequencer.begin(3)
    assert sequencer.offer(Frame(4, 6, "four to six")) == [(4, 6, "four to six")]
    assert sequencer.offer(one(5, "five")) == []
    assert sequencer.offer(one(7, "seven")) == [one(7, "seven")]
    assert not sequencer.has_gap


def test_a_frame_that_begins_with_known_numbers_is_missing_from_the_first_new_one_on() -> None:
    sequencer = Sequencer()
    sequencer.begin(4)
    assert sequencer.offer(Frame(3, 6, "three to six")) == []
    assert sequencer.has_gap
    assert sequencer.offer(Frame(5, 6, "five and six, read again")) == [(5, 6, "five and six, read again")]
    assert not sequencer.has_gap


def test_a_waiting_frame_that_another_one_overtakes_is_expected_to_its_end() -> None:
    sequencer = Sequencer()
    sequencer.begin(0)
    assert sequencer.offer(Frame(3, 5, "three to five")) == []
    assert sequencer.offer(Frame(1, 3, "one to three")) == [(1, 3, "one to three")]
    assert sequencer.has_gap
    assert sequencer.offer(Frame(4, 5, "four and five")) == [(4, 5, "four and five")]
    assert not sequencer.has_gap


def test_a_frame_whose_numbers_make_no_sense_is_ignored() -> None:
    sequencer = Sequencer()
    sequencer.begin(0)
    assert sequencer.offer(Frame(3, 1, "backwards")) == []
    assert sequencer.offer(Frame(0, 1, "from nothing")) == []
    assert not sequencer.has_gap


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
            given_out += [each.seq for each in sequencer.begin(start)]
        given_out += [each.seq for each in sequencer.offer(one(seq, str(seq)))]
    if begin_at >= len(arriving):
        given_out += [each.seq for each in sequencer.begin(start)]
    assert given_out == seqs
    assert not sequencer.has_gap
