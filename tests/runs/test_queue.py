"""Runs are queued in memory or in PostgreSQL, and are started under the names that other programs know."""

from __future__ import annotations

import asyncio

from procrastinate.contrib.django.models import ProcrastinateJob

from stages.runs.jobs import RUN_QUEUE, execute_run
from stages.runs.models import Message, Run
from stages.runs.queue import InMemoryQueueAdapter
from tests.rest.client import Api, members, problem
from tests.runs.world import World


def test_a_queue_in_memory_executes_and_cancels():
    async def work() -> list[str]:
        queue = InMemoryQueueAdapter()
        done: list[str] = []
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def waits() -> None:
            begun.set()
            await go_on.wait()
            done.append("waited")

        async def quick() -> None:
            done.append("quick")
            go_on.set()

        queue.enqueue("stopped", waits)
        await begun.wait()
        queue.enqueue("stopped", quick)
        assert queue.cancel("stopped")
        await asyncio.sleep(0)
        assert not queue.cancel("unknown")
        queue.enqueue("quick", quick)
        await go_on.wait()
        return done

    assert asyncio.run(work()) == ["quick"]


def test_a_queue_in_postgresql_takes_a_run_out_that_waits(world: World):
    (run,) = world.start(world.experiment(), world.profile())
    jobs = ProcrastinateJob.objects.filter(task_name=execute_run.name, args__run_id=str(run.id))
    assert jobs.get().status == "todo"

    assert RUN_QUEUE.cancel(str(run.id))

    assert not jobs.filter(status="todo").exists()
    assert not RUN_QUEUE.cancel(str(run.id))
    RUN_QUEUE.enqueue(str(run.id), delay=60)
    assert jobs.get(status="todo").scheduled_at is not None


def test_a_task_is_an_experiment(world: World):
    experiment, profile = world.experiment(), world.profile()
    api = Api(world.people["rae"])
    address = f"/tasks/{experiment.id}/runs"

    answer = api.post(address, {"model_ids": [str(profile.id)]})
    assert answer.status_code == 201
    assert members(answer)["run_ids"] == [str(Run.objects.get().id)]

    answer = api.post(address, {"model_ids": [str(profile.id)], "instruction": "Shorter, please"})
    assert answer.status_code == 201
    message = Message.objects.get(number=2)
    assert message.content.text == "Shorter, please"
    assert members(answer)["run_ids"] == [str(Run.objects.get(message=message).id)]

    assert problem(api.post(address, {"model_ids": []})) == (400, "validation_failed")
    assert problem(Api(world.people["outsider"]).post(address, {"model_ids": [str(profile.id)]}))[0] == 404
    assert problem(Api().post(address, {"model_ids": [str(profile.id)]}))[0] == 401
