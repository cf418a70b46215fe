"""Eight clients take and give back one field at once; what they were told has an order that makes sense."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from kernel.errors import LockHeld, LockNotHeld
from tests.locking.linearizability import Call, is_linearizable
from tests.writers import Writer

CLIENTS = 8
CALLS_EACH = 12


def test_a_recorded_history_is_linearizable(committed_db, make_project, owner, caller_for):
    project = make_project("History")
    writers = [Writer(caller_for(owner), project) for _ in range(CLIENTS)]
    barrier = Barrier(CLIENTS)

    def work(client: int) -> list[Call]:
        choose = random.Random(client)
        calls = []
        try:
            barrier.wait()
            for _ in range(CALLS_EACH):
                kind = choose.choice(["acquire", "release"])
                began = time.monotonic()
                try:
                    writers[client].take() if kind == "acquire" else writers[client].give_back()
                    granted = True
                except (LockHeld, LockNotHeld):
                    granted = False
                calls.append(Call(client, kind, granted, began, time.monotonic()))
        finally:
            connection.close()
        return calls

    with ThreadPoolExecutor(CLIENTS) as pool:
        history = [call for calls in pool.map(work, range(CLIENTS)) for call in calls]

    assert any(call.granted for call in history)
    assert is_linearizable(history)


def call(client: int, kind: str, granted: bool, began: float, answered: float) -> Call:
    return Call(client, kind, granted, began, answered)


@pytest.mark.parametrize(
    ("why", "history"),
    [
        ("two hold it", [call(1, "acquire", True, 0, 1), call(2, "acquire", True, 2, 3)]),
        ("refused although free", [call(1, "acquire", False, 0, 1)]),
        (
            "freed by somebody else",
            [call(1, "acquire", True, 0, 1), call(2, "release", True, 2, 3)],
        ),
        (
            "still held after it was given back",
            [
                call(1, "acquire", True, 0, 1),
                call(1, "release", True, 2, 3),
                call(2, "acquire", False, 4, 5),
            ],
        ),
    ],
)
def test_the_checker_catches_a_bad_history(why: str, history: list[Call]):
    assert not is_linearizable(history), why


def test_the_checker_accepts_what_overlaps():
    assert is_linearizable(
        [call(1, "acquire", True, 0, 5), call(2, "acquire", False, 1, 2), call(1, "release", True, 6, 7)]
    )
