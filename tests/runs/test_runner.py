"""A real `manage.py runner` with models under way: asked to go, it gives its runs back, and another one goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings

from stages.runs.models import Call, Run, RunStatus
from tests.patience import COMMAND_PATIENCE, PATIENCE
from tests.runs.provider import ScriptedProvider, provider
from tests.runs.world import World

Start = Callable[[], "subprocess.Popen[bytes]"]
MODELS = 6
# Seconds, shorter than the product's.
HEARTBEAT = "3"


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedProvider]:
    with provider() as found:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({found.host})
        yield found


@pytest.fixture
def start(committed_db: None, process_environment: dict[str, str], server: ScriptedProvider) -> Iterator[Start]:
    started: list[subprocess.Popen[bytes]] = []
    environment = {**process_environment, "FOUNDRY_MODEL_HOSTS": server.host, "FOUNDRY_RUNNER_HEARTBEAT": HEARTBEAT}

    def start_one() -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "runner"]
        started.append(subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=environment))
        return started[-1]

    yield start_one
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + COMMAND_PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_runs_of_a_runner_that_is_asked_to_go_are_answered_by_another(
    committed_world: World, server: ScriptedProvider, start: Start
):
    world = committed_world
    facts = {"provider": "openai", "model_name": "silent", "base_url": server.address, "key": "sk-abc-0123456789"}
    profiles = [world.profile(f"m-{number}", **facts) for number in range(MODELS)]
    first = start()
    runs = Run.objects.filter(pk__in=[run.pk for run in world.start(world.experiment(), *profiles)])
    until(lambda: len(server.asked) == MODELS, "all models are asked")

    first.send_signal(signal.SIGTERM)
    assert first.wait(PATIENCE) == 0

    assert set(runs.values_list("status", "attempt")) == {(RunStatus.QUEUED.value, 1)}
    server.released.set()
    second = start()
    until(lambda: set(runs.values_list("status", flat=True)) == {RunStatus.SUCCEEDED.value}, "all are answered")
    outcomes = set(Call.objects.filter(run__in=runs).values_list("attempt", "outcome"))
    assert outcomes == {(1, "unknown"), (2, "completed")}
    second.send_signal(signal.SIGTERM)
    assert second.wait(PATIENCE) == 0
