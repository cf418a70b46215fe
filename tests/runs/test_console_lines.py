"""Lines of a console: numbered without gaps whoever writes at once, and written without waiting for the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from kernel.errors import Unavailable
from stages.runs import console_writer, threads
from stages.runs.console_writer import ConsoleWriter
from stages.runs.models import LogKind, Run, RunLog
from stages.runs.models.experiments import MAX_LOG_TEXT
from stages.runs.services import append_log, claim_run, requeue_run
from stages.runs.services.working import Claim
from tests.runs.world import World

AT_ONCE = 6


def claimed(world: World) -> Claim:
    (run,) = world.start(world.experiment(), world.profile())
    claim = claim_run(run_id=run.id)
    assert claim is not None
    return claim


def numbers(run_id: UUID) -> list[int]:
    return list(RunLog.objects.filter(run=run_id).order_by("number").values_list("number", flat=True))


def test_lines_that_are_written_at_once_are_numbered_without_gaps(committed_world: World):
    claim = claimed(committed_world)

    def write(at: int) -> int:
        try:
            return append_log(claim=claim, lines=[(LogKind.STEP, f"{at}a"), (LogKind.STEP, f"{at}b")])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        # None begins to write before all of them wait for the run's row.
        with transaction.atomic():
            Run.objects.select_for_update().get(pk=claim.run_id)
            writing = [threads.submit(write, at) for at in range(AT_ONCE)]
            wait_for_waiting(AT_ONCE)
        last = [each.result() for each in writing]
    assert sorted(last) == [2 * at for at in range(1, AT_ONCE + 1)]
    assert numbers(claim.run_id) == list(range(1, 2 * AT_ONCE + 1))


def test_one_try_of_the_same_lines_at_once_is_enough(committed_world: World):
    claim = claimed(committed_world)

    def write() -> int:
        try:
            return append_log(claim=claim, lines=[(LogKind.STEP, "one"), (LogKind.STEP, "two")], after=0)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        with transaction.atomic():
            Run.objects.select_for_update().get(pk=claim.run_id)
            writing = [threads.submit(write) for _ in range(AT_ONCE)]
            wait_for_waiting(AT_ONCE)
        assert {each.result() for each in writing} == {2}
    assert numbers(claim.run_id) == [1, 2]


def wait_for_waiting(count: int) -> None:
    """Until so many statements wait for a lock."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    waiting = 0
    while waiting < count:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(asked)
            (waiting,) = cursor.fetchone()


@pytest.fixture
def telling_lines(committed_db: None) -> Iterator[None]:
    """Lines say whether their transaction waits for the disk, instead of what they should."""
    function = """
        CREATE FUNCTION tell_commit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.text := current_setting('synchronous_commit'); RETURN NEW; END $$
    """
    trigger = "CREATE TRIGGER tell_commit BEFORE INSERT ON runs_runlog FOR EACH ROW EXECUTE FUNCTION tell_commit()"
    with connection.cursor() as cursor:
        cursor.execute(function)
        cursor.execute(trigger)
        cursor.execute("SET synchronous_commit = on")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")
        cursor.execute("DROP FUNCTION tell_commit CASCADE")


def test_only_lines_are_written_without_waiting_for_the_disk(telling_lines: None, committed_world: World):
    claim = claimed(committed_world)
    append_log(claim=claim, lines=[(LogKind.STEP, "one")])
    assert RunLog.objects.get(run=claim.run_id).text == "off"
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)


def test_a_long_text_becomes_several_lines(world: World):
    claim = claimed(world)
    assert append_log(claim=claim, lines=[(LogKind.TEXT, "x" * (2 * MAX_LOG_TEXT + 1))]) == 3
    assert numbers(claim.run_id) == [1, 2, 3]


def test_nothing_is_nothing(world: World):
    claim = claimed(world)
    assert append_log(claim=claim, lines=[]) == 0
    assert append_log(claim=claim, lines=[(LogKind.STEP, "one")]) == 1
    assert append_log(claim=claim, lines=[]) == 1


def test_the_lines_of_a_further_attempt_are_written_once_although_nobody_knows_whether_they_were(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
):
    world = committed_world
    (run,) = world.start(world.experiment(), world.profile())
    claim = claim_run(run_id=run.id)
    assert claim is not None
    append_log(claim=claim, lines=[(LogKind.STEP, "one")])
    requeue_run(run_id=run.id, attempt=claim.attempt, lost=False)
    again = claim_run(run_id=run.id)
    assert again is not None
    lost = iter([True])

    def append(**facts: Any) -> int:
        last = append_log(**facts)
        if next(lost, False):
            raise Unavailable
        return last

    async def work() -> None:
        console = ConsoleWriter(again)
        console.step("two")
        with pytest.raises(Unavailable):
            await console.flush()
        console.step("three")
        await console.flush()

    monkeypatch.setattr(threads, "WAITS", ())
    monkeypatch.setattr(console_writer, "append_log", append)
    asyncio.run(work())

    lines = RunLog.objects.filter(run=run).order_by("number").values_list("text", flat=True)
    assert list(lines) == ["one", "two", "three"]


def test_lines_that_were_written_are_not_written_again(world: World):
    claim = claimed(world)
    last = append_log(claim=claim, lines=[(LogKind.STEP, "one")], after=0)

    assert append_log(claim=claim, lines=[(LogKind.STEP, "one")], after=0) == last
    assert append_log(claim=claim, lines=[(LogKind.STEP, "two")], after=last) == last + 1
    assert RunLog.objects.filter(run=claim.run_id).count() == 2
