"""Large texts are compared one at a time; nobody queues up a node full of them."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, as_completed, wait
from itertools import islice
from threading import Event
from uuid import UUID, uuid4

import pytest

from drafts.compare.admission import LARGE, MAX_OF_A_PERSON, MAX_WAITING, admitted
from kernel.errors import RateLimited
from tests.patience import PATIENCE

running: list[UUID] = []


def test_small_texts_never_wait() -> None:
    reader = uuid4()
    with admitted(reader, LARGE), admitted(reader, LARGE - 1), admitted(reader, 1):
        pass


def test_one_person_has_one_large_comparison_and_one_that_waits() -> None:
    reader, done = uuid4(), Event()
    with ThreadPoolExecutor(MAX_OF_A_PERSON + 1) as pool:
        asked = [pool.submit(compare, reader, done) for _ in range(MAX_OF_A_PERSON + 1)]
        (refused,) = wait(asked, timeout=PATIENCE, return_when=FIRST_COMPLETED).done
        done.set()
        with pytest.raises(RateLimited) as refusal:
            refused.result()
        assert refusal.value.extra["retry_after"] == 5
        assert [each.result(10) for each in asked if each is not refused] == [1, 1]
    with admitted(reader, LARGE):
        pass


def test_a_node_lets_only_a_few_wait() -> None:
    done = Event()
    with ThreadPoolExecutor(MAX_WAITING + 3) as pool:
        asked = [pool.submit(compare, uuid4(), done) for _ in range(MAX_WAITING + 3)]
        refused = list(islice(as_completed(asked, timeout=PATIENCE), 2))
        done.set()
        assert all(isinstance(each.exception(), RateLimited) for each in refused)
        assert all(each.result(10) == 1 for each in asked if each not in refused)


def compare(reader: UUID, done: Event) -> int:
    """A large comparison that lasts until `done`; how many ran at the same time."""
    with admitted(reader, LARGE):
        running.append(reader)
        done.wait(10)
        at_once = len(running)
        running.remove(reader)
    return at_once
