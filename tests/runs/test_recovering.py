"""Runs keep their jobs: what waits or was given back is queued again, once, and whatever happens to the others."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from stages.runs import jobs
from stages.runs.jobs import execute_run, recover_runs
from stages.runs.models import Run, RunStatus
from stages.runs.services import claim_run, requeue_run
from tests.runs.world import World


def jobs_of(run: Run) -> int:
    """How many jobs a run has."""
    jobs = ProcrastinateJob.objects.filter(task_name=execute_run.name, args__run_id=str(run.id))
    return jobs.filter(lock=f"run {run.id}").count()


def forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = %s", [execute_run.name])


def test_runs_without_a_job_get_one(world: World):
    waiting, running, returned = world.start(world.experiment(), *(world.profile(name) for name in ("a", "b", "c")))
    claim_run(run_id=running.id)
    claim = claim_run(run_id=returned.id)
    assert claim is not None
    requeue_run(run_id=returned.id, attempt=claim.attempt, lost=True)
    forget_jobs()

    recover_runs(timestamp=0)

    assert [jobs_of(run) for run in (waiting, running, returned)] == [1, 1, 1]
    running.refresh_from_db()
    assert running.status == RunStatus.QUEUED
    recover_runs(timestamp=0)
    assert [jobs_of(run) for run in (waiting, running, returned)] == [1, 1, 1]


def test_a_run_that_cannot_be_queued_again_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch):
    first, second = world.start(world.experiment(), world.profile("a"), world.profile("b"))
    forget_jobs()
    queue = jobs.queue_run

    def refuse_first(run_id: UUID) -> None:
        if run_id == first.id:
            raise ValueError("no")
        queue(run_id)

    monkeypatch.setattr(jobs, "queue_run", refuse_first)
    recover_runs(timestamp=0)

    assert (jobs_of(first), jobs_of(second)) == (0, 1)


def test_a_run_that_is_given_back_has_its_job_in_the_same_transaction(world: World):
    (run,) = world.start(world.experiment(), world.profile())
    forget_jobs()
    claim = claim_run(run_id=run.id)
    assert claim is not None

    assert requeue_run(run_id=run.id, attempt=claim.attempt, lost=True)

    assert jobs_of(run) == 1
