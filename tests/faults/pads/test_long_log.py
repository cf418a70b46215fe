"""Acceptance case 32: the middle of a long log. It has 100,000 revisions in `script/check --faults`, else 10,000."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.statements import Rows, Statement, run
from stages.pads.loading import SNAPSHOT_EVERY
from stages.pads.models import Pad
from stages.pads.services import keep_snapshot
from tests.faults import IS_LONG
from tests.pads.histories import Step, write_log
from tests.pads.test_history_pages import address
from tests.pads.world import World, world  # noqa: F401 (a fixture)
from tests.rest.client import Api, members
from tests.workspace.conftest import Browser, browser  # noqa: F401 (a fixture)
from tests.workspace.html import elements

pytestmark = pytest.mark.django_db

LENGTH = 100_000 if IS_LONG else 10_000
MIDDLE = LENGTH // 2
TEXT = "Restart after an interruption of up to 28 days, one dose level lower.\n" * 28
# A burst is so many revisions, a second apart; between two of them lies an hour.
BURST = 1_000
# Somebody types so many characters, and takes so many out elsewhere.
WORD = 20


def steps(world: World) -> Iterator[Step]:  # noqa: F811 (the fixture)
    """The text, and then three people in turn who write and delete in it, so that it stays about as long."""
    people = [world.people[name].id for name in ("ed", "mara", "olga")]
    yield 0, people[0], (0, 0, TEXT)
    for number in range(1, LENGTH):
        minutes = number // BURST * 60 + number % BURST / 60
        turn, at = divmod(number, 2 * WORD)
        typed = (turn * 97 % 1_800 + at, 0, chr(97 + number % 26))
        change = typed if at < WORD else (turn * 61 % 1_800, 1, "")
        yield minutes, people[turn % 3], change


def folded(world: World, until: int) -> tuple[str, list[Any]]:  # noqa: F811 (the fixture)
    """The text after so many revisions and the author of each character, folded one after the other."""
    text: list[tuple[str, Any]] = []
    for _number, (_minutes, user_id, (pos, delete, insert)) in zip(range(until), steps(world), strict=False):
        text[pos : pos + delete] = [(each, user_id) for each in insert]
    return "".join(each for each, _user in text), [str(user) for _each, user in text]


class Counted:
    """How many revisions are read while something is done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows = 0
        monkeypatch.setattr("stages.pads.loading.run", self)

    def __call__(self, statement: Statement) -> Rows:
        rows = run(statement)
        self.rows += len(rows)
        return rows


@pytest.fixture
def pad(world: World) -> Pad:  # noqa: F811 (the fixture)
    made = world.pad()
    remaining = steps(world)
    # As many at a time as lie between two snapshots.
    while some := list(islice(remaining, SNAPSHOT_EVERY)):
        write_log(made, some)
        assert keep_snapshot(pad_id=made.id)
    return made


def test_32_the_middle_of_a_very_long_log(
    world: World,  # noqa: F811 (the fixture)
    pad: Pad,
    browser: Browser,  # noqa: F811 (the fixture)
    monkeypatch: pytest.MonkeyPatch,
):
    api = Api(world.people["vic"])
    # The first request of a token notes that it is used.
    assert members(api.get(f"pads/{pad.id}/"))["head"] == LENGTH
    work: dict[int, tuple[int, int]] = {}
    for revision in (50, MIDDLE, MIDDLE + SNAPSHOT_EVERY // 2, LENGTH):
        counted = Counted(monkeypatch)
        with CaptureQueriesContext(connection) as queries:
            found = members(api.get(f"pads/{pad.id}/revisions/{revision}/"))
        work[revision] = (counted.rows, len(queries))
        text, users = folded(world, revision)
        assert found["text"] == text
        accounts = {each["number"]: each["user"]["id"] for each in found["writers"]}
        assert [accounts[writer] for writer, count in found["authors"] for _ in range(count)] == users
    # Opening it asks no more often, and folds less than three times as much as in a short log.
    rows, asked = work[50]
    assert work[MIDDLE][0] <= 3 * rows
    assert max(each for each, _asked in work.values()) <= SNAPSHOT_EVERY
    assert {each for _rows, each in work.values()} == {asked}

    page = browser(world.people["vic"]).get(address(pad, f"history/?at={MIDDLE}"))
    moves = {each.attributes.get("data-step"): each.attributes.get("href") for each in elements(page)}
    # It is the last one of its burst.
    assert moves["stop-before"] == address(pad, f"history/?at={MIDDLE - BURST}")
    assert moves["stop-after"] == address(pad, f"history/?at={MIDDLE + BURST}")
