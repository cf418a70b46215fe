"""Budgets and their settling with a worker and a provider: cases 31, 32 and 38."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import Event
from kernel.errors import Conflict
from stages.runs import asking, execution
from stages.runs.execution import execute
from stages.runs.models import Call, Meter, ModelProfile, Run, RunStatus
from stages.runs.reading import answer_of
from stages.runs.services import cancel_run, retry_run, set_budget
from stages.runs.verification import check_meters
from tests.patience import PATIENCE
from tests.runs.provider import TEXT, ScriptedProvider, provider
from tests.runs.world import World

DOLLAR = 1_000_000
# 0.30 at most: the price of a whole answer.
PRICED: dict[str, Any] = {"output_price": 3 * DOLLAR, "token_limit": 100_000}
WORST = 300_000


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedProvider]:
    with provider() as found:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({found.host})
        yield found


@pytest.fixture
def model(committed_world: World, server: ScriptedProvider) -> Any:
    """A profile of a scripted model, by its name and what it does."""

    def named(name: str, does: str = "silent", **facts: Any) -> ModelProfile:
        given = {"provider": "openai", "model_name": does, "base_url": server.address, "key": "sk-abc-0123456789"}
        return committed_world.profile(name, **{**given, **PRICED, **facts})

    return named


def limit(world: World, *, monthly: int | None = None, at_once: int | None = None) -> None:
    limits: dict[str, Any] = {"monthly_limit": monthly, "max_open_calls": at_once, "calls_per_minute": None}
    set_budget(caller=world.caller("olga"), project_id=world.project.id, **limits)


def meter_of(world: World) -> Meter:
    assert list(check_meters()) == []
    return Meter.objects.get(project=world.project)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


async def until(condition: Callable[[], bool], what: str) -> None:
    await asyncio.to_thread(wait_until, condition, what)


def test_case_38_at_most_three_calls_are_under_way_and_the_budget_is_never_exceeded(
    committed_world: World, model: Any, server: ScriptedProvider
):
    world = committed_world
    profiles = [model(f"m-{number}") for number in range(8)]
    limit(world, monthly=DOLLAR)
    runs = world.start(world.experiment(), *profiles)
    mine = Run.objects.filter(pk__in=[run.pk for run in runs])

    async def work() -> None:
        working = asyncio.gather(*(execute(run.id) for run in runs))
        await until(lambda: mine.filter(error="budget_exhausted").count() == 5, "five have no budget")
        assert await asyncio.to_thread(server.wait_for, 3)
        meter = await asyncio.to_thread(meter_of, world)
        assert (meter.spent, meter.reserved, meter.open_calls) == (0, 3 * WORST, 3)
        server.released.set()
        await working

    asyncio.run(work())

    assert len(server.asked) == 3
    assert sorted(mine.values_list("status", flat=True)) == ["FAILED"] * 5 + ["SUCCEEDED"] * 3
    meter = meter_of(world)
    assert (meter.reserved, meter.open_calls) == (0, 0)
    assert 0 < meter.spent <= DOLLAR
    failed = mine.filter(status=RunStatus.FAILED)[0]
    limit(world, monthly=meter.spent + WORST - 1)
    with pytest.raises(Conflict, match="raise"):
        retry_run(caller=world.caller("ed"), run_id=failed.id)
    limit(world, monthly=meter.spent + WORST)
    again = retry_run(caller=world.caller("ed"), run_id=failed.id)
    asyncio.run(execute(again.id))
    assert answer_of(Run.objects.get(pk=again.pk)) == TEXT
    assert meter_of(world).spent <= meter.spent + WORST


def test_case_31_a_run_that_is_stopped_closes_its_connection_and_settles_what_it_reserved(
    committed_world: World, model: Any, server: ScriptedProvider
):
    world = committed_world
    limit(world, monthly=DOLLAR)
    run, waiting = world.start(world.experiment(), model("asked"), model("waits"))

    async def work() -> None:
        task = asyncio.ensure_future(execute(run.id))
        assert await asyncio.to_thread(server.wait_for, 1)
        for each in (run, waiting):
            stopped = await asyncio.to_thread(cancel_run, caller=world.caller("ed"), run_id=each.id)
            assert stopped.status == RunStatus.CANCELED
        # What the queue does with the job of a run that was stopped, unless the run noticed that by itself before.
        task.cancel()
        await asyncio.wait([task])
        await execute(waiting.id)

    asyncio.run(work())

    assert server.left.wait(PATIENCE)
    server.released.set()
    meter = meter_of(world)
    assert (meter.spent, meter.reserved, meter.open_calls) == (WORST, 0, 0)
    ended = Run.objects.get(pk=run.pk)
    assert (ended.status, ended.cost, answer_of(ended)) == (RunStatus.CANCELED, WORST, "")
    assert not Call.objects.filter(run=waiting).exists()


def test_case_32_the_open_call_of_a_lost_worker_costs_the_most_that_it_can(
    committed_world: World, model: Any, server: ScriptedProvider
):
    world = committed_world
    limit(world, monthly=DOLLAR)
    (run,) = world.start(world.experiment(), model("asked"))

    async def work() -> None:
        lost = asyncio.ensure_future(execute(run.id))
        assert await asyncio.to_thread(server.wait_for, 1)
        # The queue hands the job of a killed worker to another one, which finds the run under way.
        further = asyncio.ensure_future(execute(run.id))
        await until(Run.objects.filter(pk=run.pk, losses=1).exists, "the run is given back")
        server.released.set()
        await further
        await lost

    asyncio.run(work())

    first, second = Call.objects.filter(run=run).order_by("number")
    assert (first.outcome, first.error, first.cost) == ("unknown", "worker_lost", WORST)
    assert (second.outcome, second.attempt) == ("completed", 2)
    meter = meter_of(world)
    assert (meter.spent, meter.reserved, meter.open_calls) == (WORST + second.cost, 0, 0)
    assert Run.objects.get(pk=run.pk).losses == 1


def test_an_answer_that_was_cut_off_or_cannot_be_read_costs_the_most_that_it_can(committed_world: World, model: Any):
    world = committed_world
    runs = world.start(world.experiment(), model("broken", "broken"), model("packed", "packed"))
    for run in runs:
        asyncio.run(execute(run.id))

    calls = Call.objects.filter(run__in=runs)
    assert set(calls.values_list("error", "cost")) == {("stream_broken", WORST), ("bad_response", WORST)}
    assert meter_of(world).spent == 2 * WORST


def test_calls_that_wait_for_each_other_are_all_answered(committed_world: World, model: Any, server: ScriptedProvider):
    world = committed_world
    limit(world, at_once=1)
    runs = world.start(world.experiment(), *(model(f"m-{number}", "good") for number in range(3)))

    async def work() -> None:
        await asyncio.gather(*(execute(run.id) for run in runs))

    asyncio.run(work())

    mine = Run.objects.filter(pk__in=[run.pk for run in runs])
    assert set(mine.values_list("status", flat=True)) == {"SUCCEEDED"}
    assert meter_of(world).open_calls == 0


@pytest.mark.parametrize("has_begun", [False, True])
def test_a_run_that_would_keep_its_slot_too_long_gives_it_to_others(
    committed_world: World, model: Any, monkeypatch: pytest.MonkeyPatch, has_begun: bool
):
    monkeypatch.setattr(asking, "MAX_PATIENCE", 0.0)
    monkeypatch.setattr(execution, "MAX_PATIENCE", 0.0)
    if has_begun:
        # Another call took the place that it saw.
        monkeypatch.setattr(execution, "seconds_to_place", lambda **_: 0.0)
    world = committed_world
    limit(world, at_once=1)
    run, other = world.start(world.experiment(), model("asked"), model("waits"))

    async def work() -> None:
        task = asyncio.ensure_future(execute(run.id))
        await until(lambda: Call.objects.filter(run=run).exists(), "the first one asks")
        await execute(other.id)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(work())

    waits = Run.objects.get(pk=other.pk)
    assert (waits.status, waits.attempt, waits.losses) == (RunStatus.QUEUED, int(has_begun), 0)
    jobs = ProcrastinateJob.objects.filter(args__run_id=str(other.id), scheduled_at__isnull=False)
    assert jobs.count() == 1
    events = Event.objects.filter(action__in=("run.started", "run.requeued"), target_id=str(other.id))
    assert events.exists() is has_begun
    assert not Call.objects.filter(run=other).exists()
    assert Run.objects.get(pk=run.pk).losses == 0
