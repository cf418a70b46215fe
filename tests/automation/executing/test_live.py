"""Executions in a real `manage.py runner`, and what those hear of them who follow the project."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from accounts.models import User
from projects.models import Project
from stages.automation.executing.live_log import read_live
from stages.automation.executing.working import run_execution
from stages.automation.models import Execution
from stages.automation.services.executions import stop_execution
from tests.automation.executing.conftest import ScriptDesk
from tests.gateway.client import Client, RefusedError
from tests.gateway.conftest import SocketOf, in_thread
from tests.patience import COMMAND_PATIENCE, PATIENCE


@pytest.fixture
def committed_desk(committed_db: None, desk: ScriptDesk) -> ScriptDesk:
    return desk


@pytest.mark.usefixtures("node")
async def test_who_follows_the_project_hears_once_that_a_script_has_ended(
    committed_desk: ScriptDesk, project: Project, editor: User, tokens: dict[UUID, str]
) -> None:
    desk = committed_desk
    saved = await in_thread(desk.save, "core.create_entity('contacts', {name = 'Ada'})")
    await in_thread(desk.switch, saved)
    socket = Client(project.id, tokens[editor.id], path="/ws/rpc/{project}/")
    await socket.connect()
    assert await socket.frame() == {"type": "connected"}
    for _ in range(2):
        execution = await in_thread(desk.start, saved)
        await in_thread(partial(run_execution, execution.id))
        await in_thread(execution.refresh_from_db)
        completed = {"type": "script_completed", "script": "people", "overlay_id": str(execution.proposal_id)}
        assert await socket.frame() == completed
    await socket.leave()


@pytest.mark.usefixtures("node")
async def test_who_follows_the_project_gets_the_log_while_a_script_waits(
    committed_desk: ScriptDesk, socket_of: SocketOf, editor: User
) -> None:
    desk = committed_desk
    source = "core.progress(1, 4, 'People') print('one') print('two') core.await(core.sleep(50))"
    saved = await in_thread(desk.save, source)
    await in_thread(desk.switch, saved)
    execution = await in_thread(desk.start, saved)
    is_over = threading.Event()
    async with socket_of(editor) as socket:
        work = asyncio.create_task(in_thread(partial(run_execution, execution.id, is_over.is_set)))
        lines: list[str] = []
        data: dict[str, Any] = {}
        while lines != ["one", "two"]:
            data = (await socket.ephemeral("execution.progress"))["data"]
            assert data["after"] == len(lines)
            lines += [each["text"] for each in data["lines"]]
        assert (data["share"], data["text"], data["attempt"]) == (0.25, "People", 1)
        live = await in_thread(partial(read_live, execution.id, 1))
        assert ([each["text"] for each in live.lines], live.count, live.progress["done"]) == (["two"], 2, 1)
        is_over.set()
        await work


@pytest.mark.usefixtures("node")
async def test_scripts_are_run_and_stopped_over_the_socket(
    committed_desk: ScriptDesk, socket_of: SocketOf, editor: User
) -> None:
    desk = committed_desk
    saved = await in_thread(partial(desk.save, "print(args.name)", settings={"args": [{"name": "name"}]}))
    await in_thread(desk.switch, saved)
    async with socket_of(editor) as socket:
        with pytest.raises(RefusedError):
            await socket.call("script.run", script_id=saved.script_id, args={"name": 5})
        started = await socket.call("script.run", script_id=saved.script_id, args={"name": "Ada"})
        assert (await socket.event("script.started"))["data"]["execution_id"] == started["execution_id"]
        stopped = await socket.call("execution.stop", execution_id=started["execution_id"])
        assert stopped["state"] == "stopped"
        assert (await socket.event("script.completed"))["data"]["state"] == "stopped"


@pytest.fixture
def runner(committed_db: None, process_environment: dict[str, str]) -> Iterator[Callable[[], Any]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "runner"]
        started.append(subprocess.Popen(command, cwd=settings.BASE_DIR, env=process_environment))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + COMMAND_PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_a_runner_runs_stops_and_gives_back(committed_desk: ScriptDesk, runner: Callable[[], Any]) -> None:
    desk = committed_desk

    def state(execution: Execution) -> str:
        return Execution.objects.values_list("state", flat=True).get(pk=execution.pk)

    quick, endless = desk.save("print(1)", name="quick"), desk.save("core.await(core.sleep(50))", name="endless")
    desk.switch(quick)
    desk.switch(endless)
    first = desk.start(quick)
    process = runner()
    until(lambda: state(first) == "succeeded", "the quick one has ended")
    stopped = desk.start(endless)
    until(lambda: state(stopped) == "running", "the endless one runs")
    stop_execution(caller=desk.caller, execution_id=stopped.id)
    assert state(stopped) == "stopped"
    given_back = desk.start(endless)
    until(lambda: state(given_back) == "running", "the next one runs")
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert state(given_back) == "queued"
    assert state(stopped) == "stopped"
