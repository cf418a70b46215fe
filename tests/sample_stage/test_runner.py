"""Jobs that may take minutes are the runner's: the worker leaves them alone, SIGTERM and an abort cancel them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.patience import COMMAND_PATIENCE, PATIENCE

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(committed_db: None, process_environment: dict[str, str]) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start_one(*command: str, **variables: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "manage.py", *command],
                cwd=settings.BASE_DIR,
                env={**process_environment, **variables},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield start_one
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


@pytest.fixture
def job(committed_db: None, tmp_path: Path) -> tuple[int, Path]:
    """A job of the sample stage that never ends, and where it writes how far it is."""
    from tests.sample_stage.jobs import remind_slowly

    note = tmp_path / "note"
    return remind_slowly.defer(project_id="", note=str(note)), note


def until_written(note: Path, words: str) -> None:
    deadline = time.monotonic() + COMMAND_PATIENCE
    while not note.exists() or note.read_text() != words:
        assert time.monotonic() < deadline, f"not {words}"
        time.sleep(0.02)


def test_a_runner_cancels_an_aborted_job_and_goes_on(start: Start, job: tuple[int, Path]) -> None:
    number, note = job
    runner = start("runner")
    until_written(note, "begun")

    app.job_manager.cancel_job_by_id(number, abort=True)

    until_written(note, "cancelled")
    assert runner.poll() is None
    runner.send_signal(signal.SIGTERM)
    assert runner.wait(PATIENCE) == 0


def test_a_runner_that_is_asked_to_go_cancels_its_jobs(start: Start, job: tuple[int, Path]) -> None:
    _, note = job
    runner = start("runner")
    until_written(note, "begun")

    runner.send_signal(signal.SIGTERM)

    assert runner.wait(PATIENCE) == 0
    assert note.read_text() == "cancelled"


def test_the_worker_leaves_the_runner_s_jobs_alone(start: Start, job: tuple[int, Path]) -> None:
    number, note = job
    worker = start("procrastinate", "worker", "--one-shot")

    assert worker.wait(COMMAND_PATIENCE) == 0

    assert ProcrastinateJob.objects.get(pk=number).status == "todo"
    assert not note.exists()
    app.job_manager.cancel_job_by_id(number)


def test_without_a_stage_that_needs_one_there_is_no_runner(start: Start) -> None:
    refused = start("runner", FOUNDRY_STAGES="")

    _, said = refused.communicate(timeout=COMMAND_PATIENCE)
    assert refused.returncode == 1
    assert "not installed" in said or "No installed stage has jobs for a runner" in said
