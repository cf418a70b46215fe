"""Large texts are compared one at a time; nobody queues up a node full of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from uuid import UUID, uuid4

import pytest

from audit.errors import RateLimited
from drafts.compare.admission import LARGE, MAX_OF_A_PERSON, MAX_WAITING, admitted


def test_small_texts_never_wait() -> None:
    reader = uuid4()
    with admitted(reader, LARGE), admitted(reader, LARGE - 1), admitted(reader, 1):
        pass


def test_one_person_has_one_large_comparison_and_one_that_waits() -> None:
    reader, running, done = uuid4(), Event(), Event()
    asked = Barrier(MAX_OF_A_PERSON + 1)
    most = 0

    def compare(first: bool) -> None:
        nonlocal most
        if not first:
            asked.wait(5)
        with admitted(reader, LARGE):
            most += 1
            assert most == 1
            if first:
                running.set()
                done.wait(5)
            most -= 1

    with ThreadPoolExecutor(4) as pool:
        held = pool.submit(compare, True)
        assert running.wait(5)
        others = [pool.submit(compare, False) for _ in range(MAX_OF_A_PERSON)]
        asked.wait(5)
        refused = next(each for each in _finished(others))
        done.set()
        held.result(5)
        with pytest.raises(RateLimited) as refusal:
            refused.result(5)
        assert refusal.value.extra["retry_after"] > 0
        [each.result(10) for each in others if each is not refused]
    with admitted(reader, LARGE):
        pass


def test_a_node_lets_only_a_few_wait() -> None:
    done = Event()

    def compare(reader: UUID) -> None:
        with admitted(reader, LARGE):
            done.wait(5)

    with ThreadPoolExecutor(MAX_WAITING + 3) as pool:
        asked = [pool.submit(compare, uuid4()) for _ in range(MAX_WAITING + 3)]
        refused = [next(_finished(asked))]
        done.set()
        refused = [each for each in asked if isinstance(each.exception(10), RateLimited)]
    assert len(refused) == 2


def _finished(asked: list):  # type: ignore[no-untyped-def, type-arg]
    from concurrent.futures import as_completed

    return as_completed(asked, timeout=10)
