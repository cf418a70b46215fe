"""A pull request is made whatever happens to the job that makes it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from threading import Event as ThreadEvent
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection

from stages.runs.git.clones import clones_folder
from stages.runs.jobs import recover_runs
from stages.runs.models import PullRequest, PullRequestStatus, Run
from stages.runs.services import connect_repository
from stages.runs.services.pull_requests import open_pull_request
from tests.patience import PATIENCE
from tests.runs.changes import changed, changing, echo
from tests.runs.git_server import TOKEN, GitServer, Hosted
from tests.runs.test_recovering import forget_jobs
from tests.runs.test_runner import until
from tests.runs.world import World


@pytest.fixture
def run(committed_world: World, hosted: Hosted) -> Run:
    """A run that changed a repository."""
    olga = committed_world.caller("olga")
    repository = connect_repository(caller=olga, project_id=committed_world.project.id, url=hosted.url, token=TOKEN)
    rae = committed_world.caller("rae")
    return changed(rae, changing(rae, repository), echo(olga, repository))


@pytest.fixture
def runner(process_environment: dict[str, str], git_host: GitServer) -> Iterator[Any]:
    """Start runners that may reach the server; all are killed in the end."""
    started: list[subprocess.Popen[bytes]] = []
    names = {"FOUNDRY_GIT_HOSTS": git_host.host, "FOUNDRY_DATA_DIR": str(django_settings.FOUNDRY_DATA_DIR)}
    keys = django_settings.FOUNDRY_ENCRYPTION_KEYS
    environment = {**process_environment, **names, **({"FOUNDRY_ENCRYPTION_KEYS": ",".join(keys)} if keys else {})}

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "runner"]
        started.append(subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=environment))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_case_27_killed_between_push_and_creation_another_runner_finishes(
    committed_world: World, git_host: GitServer, hosted: Hosted, run: Run, runner: Any
):
    reached, go_on = ThreadEvent(), ThreadEvent()

    def hold() -> None:
        reached.set()
        go_on.wait(PATIENCE)

    git_host.before_creating = hold
    row = open_pull_request(caller=committed_world.caller("ed"), run_id=run.id)
    killed = runner()
    assert reached.wait(PATIENCE)
    pushed = hosted.heads()[row.branch]
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    git_host.before_creating = lambda: None
    go_on.set()
    # What follows when the queue notices the loss.
    forget_pull_request_jobs()
    recover_runs(timestamp=0)
    runner()

    rows = PullRequest.objects.filter(pk=row.pk)
    until(lambda: rows.filter(status=PullRequestStatus.OPEN).exists(), "another runner makes it")

    assert hosted.heads()[row.branch] == pushed == rows.get().commit
    assert len(git_host.requests["prompts"].rows) == 1
    left = [*(clones_folder() / "work").iterdir()]
    assert left == []


def forget_pull_request_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args ? 'pull_request_id'")


def test_pull_requests_without_a_job_get_one(committed_world: World, run: Run):
    open_pull_request(caller=committed_world.caller("ed"), run_id=run.id)
    forget_pull_request_jobs()
    forget_jobs()
    for _ in range(2):
        recover_runs(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args ? 'pull_request_id'")
        assert cursor.fetchone() == (1,)
