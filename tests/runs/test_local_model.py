"""The small real model of `script/run --local-model`: added to the site once, and asked as any other model is."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from audit.models import Event
from stages.runs import local_model
from stages.runs.checking import check_profile
from stages.runs.execution import execute
from stages.runs.models import Call, ModelProfile, Run, RunStatus
from stages.runs.reading import answer_of
from tests.patience import COMMAND_PATIENCE, PATIENCE
from tests.runs.world import World

IS_INSTALLED = all(map(find_spec, (local_model.ENGINE, local_model.WEIGHTS)))


def test_the_model_is_added_to_the_site_once(world: World, settings: Any):
    settings.FOUNDRY_MODEL_HOSTS = frozenset({"127.0.0.1:8135", "127.0.0.1:8136"})
    for _time in range(2):
        call_command("local_model", "add", verbosity=0)
    call_command("local_model", "add", "--port=8136")

    first, second = ModelProfile.objects.filter(project=None).order_by("name")
    assert (first.name, first.base_url) == ("local", "http://127.0.0.1:8135/v1")
    assert (second.name, second.base_url) == ("local-8136", "http://127.0.0.1:8136/v1")
    assert (first.provider, first.model_name, first.secret_id) == ("openai", "smollm2-135m-instruct", None)
    assert set(ModelProfile.objects.usable_in(world.project.id)) == {first, second}
    assert Event.objects.filter(action="profile.created").count() == 2


def test_a_server_that_the_operator_does_not_name_is_not_added(world: World, settings: Any):
    settings.FOUNDRY_MODEL_HOSTS = frozenset()
    with pytest.raises(CommandError, match="FOUNDRY_MODEL_HOSTS"):
        call_command("local_model", "add")
    assert not ModelProfile.objects.exists()


def test_without_its_packages_the_command_says_what_installs_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(local_model, "WEIGHTS", "no_such_package")
    with pytest.raises(CommandError, match="script/run --local-model"):
        call_command("local_model", "serve")


@pytest.fixture
def port(process_environment: dict[str, str], tmp_path: Path) -> Iterator[int]:
    """The model, served as the launcher does it: until the standard input of its process is closed."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        number = int(found.getsockname()[1])
    command = [sys.executable, "-P", "-m", "foundry_site.launcher.worker", str(tmp_path)]
    command += ["local_model", "serve", f"--port={number}"]
    process = subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=process_environment, stdin=subprocess.PIPE)
    try:
        _wait_for(process, f"http://127.0.0.1:{number}/health")
        yield number
        assert process.stdin is not None
        process.stdin.close()
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], address: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + COMMAND_PATIENCE
    while True:
        assert process.poll() is None, "the model does not start"
        assert time.monotonic() < deadline, "the model does not answer"
        try:
            with opener.open(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)


@pytest.mark.skipif(not IS_INSTALLED, reason="needs the local model (docs/testing.md)")
def test_the_real_model_answers_a_question_about_a_version(committed_world: World, settings: Any, port: int):
    settings.FOUNDRY_MODEL_HOSTS = frozenset({f"127.0.0.1:{port}"})
    call_command("local_model", "add", f"--port={port}", verbosity=0)
    profile = ModelProfile.objects.get(project=None)
    assert check_profile(profile).is_ready

    world = committed_world
    (run,) = world.start(world.experiment(text="What is the capital of France? One word."), profile)
    asyncio.run(execute(run.id))

    run = Run.objects.get(pk=run.pk)
    assert (run.status, run.error) == (RunStatus.SUCCEEDED, "")
    assert answer_of(run).strip()
    call = Call.objects.get(run=run)
    assert call.model_reported == local_model.MODEL_NAME
    assert min(call.input_tokens, call.output_tokens) > 0
    assert call.output_tokens <= local_model.TOKEN_LIMIT
    assert call.cost == 0
