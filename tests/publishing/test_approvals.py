"""The quorum: different people in each meaning, and different people overall."""

from __future__ import annotations

from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.approvals import refusal
from publishing.quorum import Approval, Quorum, approval_progress

ANNA, BEN, CLARA, DORA = (UUID(int=number) for number in range(1, 5))
THREE = Quorum({"authored": 1, "reviewed": 1, "approved": 1}, 3, frozenset({"authored"}), frozenset({"approved"}))


def given_by(*acts: tuple[UUID, str]) -> list[Approval]:
    return [Approval(person, meaning) for person, meaning in acts]


def test_three_people_in_three_meanings_meet_it():
    acts = given_by((ANNA, "authored"), (BEN, "reviewed"), (CLARA, "approved"))

    assert approval_progress(THREE, given=acts, authors=[ANNA]).met


def test_one_person_in_two_meanings_is_one_person():
    acts = given_by((ANNA, "authored"), (BEN, "reviewed"), (BEN, "approved"))

    assert approval_progress(THREE, given=acts, authors=[ANNA]).distinct_missing == 1


def test_signers_who_are_needed_twice_do_not_count_twice():
    """Three people have signed, but whoever authored must also be the one who reviewed."""
    acts = given_by((ANNA, "authored"), (ANNA, "reviewed"), (BEN, "approved"), (CLARA, "approved"))

    assert approval_progress(THREE, given=acts, authors=[ANNA]).distinct_missing == 1


def test_it_says_what_is_missing():
    found = approval_progress(THREE, given=given_by((ANNA, "authored")), authors=[ANNA])

    assert found.missing == {"reviewed": 1, "approved": 1}
    assert found.distinct_missing == 2
    assert not found.met


def test_c21_an_author_s_approval_is_refused_and_would_not_count():
    words = refusal(THREE, person=ANNA, meaning="approved", given=[], authors=[ANNA])
    acts = given_by((ANNA, "authored"), (BEN, "reviewed"), (ANNA, "approved"))

    assert words is not None
    assert "author" in words
    assert approval_progress(THREE, given=acts, authors=[ANNA]).missing == {"approved": 1}


def test_only_an_author_answers_for_authorship():
    assert refusal(THREE, person=BEN, meaning="authored", given=[], authors=[ANNA]) is not None
    assert refusal(THREE, person=ANNA, meaning="authored", given=[], authors=[ANNA]) is None


def test_nobody_signs_the_same_twice():
    assert refusal(THREE, person=BEN, meaning="reviewed", given=given_by((BEN, "reviewed")), authors=[ANNA])


@pytest.mark.parametrize("wanted", [1, 2, 3])
def test_a_meaning_may_need_several_people(wanted: int):
    quorum = Quorum({"approved": wanted})
    acts = given_by(*((uuid4(), "approved") for _ in range(wanted - 1)))

    assert approval_progress(quorum, given=acts, authors=[]).missing == {"approved": 1}
    assert approval_progress(quorum, given=[*acts, Approval(ANNA, "approved")], authors=[]).met


@given(
    people=st.dictionaries(st.sampled_from("abc"), st.integers(0, 2)),
    acts=st.frozensets(st.tuples(st.sampled_from([ANNA, BEN, CLARA, DORA]), st.sampled_from("abc"))),
    distinct=st.integers(0, 4),
)
def test_it_counts_as_trying_every_seating_would(
    people: dict[str, int], acts: frozenset[tuple[UUID, str]], distinct: int
):
    """The matching agrees with a search through every way to give the places to people."""
    places = [meaning for meaning, wanted in people.items() for _ in range(wanted)]
    seatings = product(*([None, *(person for person, said in acts if said == meaning)] for meaning in places))
    seated = ([person for person in seating if person] for seating in seatings)
    most = max(len(people) for people in seated if len(set(people)) == len(people))

    found = approval_progress(Quorum(people, distinct), given=given_by(*acts), authors=[])

    assert found.distinct_missing == max(0, distinct - most)
