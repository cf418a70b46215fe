"""Two programs at one file."""

from __future__ import annotations

from pathlib import Path

from foundry_station.fights import Fights

FILE = Path("CLAUDE.md")


def answered(fights: Fights, found: str, *, every: float, seconds: float, removed: bool = False) -> tuple[int, int]:
    """How often a program that writes the same is answered, and how often that is said to be a fight."""
    writes = contests = 0
    now = 0.0
    while now < seconds:
        if not fights.pause(FILE, found, now):
            contests += fights.put_right(FILE, found, now, removed=removed)
            writes += 1
        now += every
    return writes, contests


def test_the_same_bytes_every_100_ms_for_a_minute_are_answered_15_times_at_most() -> None:
    """Case 38's second half, in seconds that pass at once."""
    writes, contests = answered(Fights(), "the same", every=0.1, seconds=60)
    assert writes <= 15
    assert contests == 1


def test_a_person_who_tries_one_thing_after_the_other_is_answered_at_once() -> None:
    fights = Fights()
    for number in range(200):
        assert not fights.pause(FILE, f"text {number}", number * 0.2)
        assert not fights.put_right(FILE, f"text {number}", number * 0.2)


def test_removing_it_counts_only_after_many_times() -> None:
    assert answered(Fights(), "absent", every=0.5, seconds=20, removed=True) == (40, 0)
    writes, contests = answered(Fights(), "absent", every=0.1, seconds=120, removed=True)
    assert writes < 230
    assert contests == 1


def test_a_fight_is_over_after_a_while() -> None:
    fights = Fights()
    answered(fights, "the same", every=0.1, seconds=5)
    assert fights.pause(FILE, "the same", 5)
    assert not fights.pause(FILE, "the same", 500)
    assert not fights.put_right(FILE, "the same", 500)
    assert not fights.pause(FILE, "the same", 500)
