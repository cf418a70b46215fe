"""A job that runs when its worker is asked to go is finished; one whose worker was killed is done again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from foundry_site.jobs import requeue_stalled
from foundry_site.lost_jobs import requeue_lost_jobs
from tests.foundry_site.slow_worker import NAME
from tests.patience import PATIENCE

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(committed_db: None, process_environment: dict[str, str]) -> Iterator[Start]:
    workers: list[subprocess.Popen[bytes]] = []

    def start_one(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.foundry_site.slow_worker", *words]
        workers.append(subprocess.Popen(command, cwd=settings.BASE_DIR, env=process_environment))
        return workers[-1]

    yield start_one
    for worker in workers:
        if worker.poll() is None:
            worker.kill()
            worker.wait()


@pytest.fixture
def job(committed_db: None, tmp_path: Path) -> tuple[int, Path]:
    """A slow job in the queue, and where it writes how far it is."""
    note = tmp_path / "note"
    return app.configure_task(NAME, lock="slow").defer(note=str(note)), note


def until_begun(note: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not note.exists() or note.read_text() != "begun":
        assert time.monotonic() < deadline, "the job did not begin"
        time.sleep(0.02)


def test_a_worker_that_is_asked_to_go_finishes_its_job(start: Start, job: tuple[int, Path]) -> None:
    number, note = job
    worker = start()
    until_begun(note)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    assert note.read_text() == "done"
    assert not ProcrastinateJob.objects.filter(pk=number).exists(), "left in the queue"


def test_the_job_of_a_killed_worker_is_done_again(start: Start, job: tuple[int, Path]) -> None:
    number, note = job
    worker = start()
    until_begun(note)
    worker.kill()
    worker.wait()
    assert ProcrastinateJob.objects.get(pk=number).status == "doing"

    # Its last beat is half a minute ago, as another worker sees it.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    # At the turn of a minute the killed worker has queued it itself.
    with suppress(AlreadyEnqueued):
        requeue_stalled.configure().defer(timestamp=0)
    assert start("--one-shot").wait(PATIENCE) == 0
    assert note.read_text() == "done again"
    assert not ProcrastinateJob.objects.filter(pk=number).exists(), "left in the queue"


@pytest.mark.django_db
def test_only_jobs_of_processes_that_missed_three_heartbeats_come_back_and_once() -> None:
    lost, orphan = (app.configure_task(NAME).defer(note="") for _job in range(2))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '10 seconds') RETURNING id"
        )
        (worker,) = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        cursor.execute("UPDATE procrastinate_jobs SET worker_id = %s WHERE id = %s", [worker, lost])

    assert requeue_lost_jobs(heartbeat=3, queues=["runs"]) == 0
    # Whose process is gone from the list has none.
    assert requeue_lost_jobs(heartbeat=10) == 1
    assert ProcrastinateJob.objects.get(pk=orphan).status == "todo"
    assert requeue_lost_jobs(heartbeat=3, queues=["default"]) == 1
    assert ProcrastinateJob.objects.get(pk=lost).status == "todo"
    assert requeue_lost_jobs(heartbeat=3) == 0
