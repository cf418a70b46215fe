"""``script/run`` as a person meets it: the real command, on a data folder of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from foundry_site.environment import BASE_DIR
from foundry_site.launcher import frontend
from tests.patience import COMMAND_PATIENCE, PATIENCE

# Those of `used_data_dir`: a node refuses tables of a stage that it lacks.
STAGES = {"FOUNDRY_STAGES": os.environ["FOUNDRY_STAGES"]}
CHOSEN_BY_TESTS = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")

# Building them is script/test's first step; here it would race with other tests.
pytestmark = pytest.mark.skipif(
    not frontend.is_built(), reason="the browser's files are not built; ./script/test builds them"
)


class Run:
    """One running command. ``said`` grows until it ends."""

    def __init__(self, data_dir: Path, *arguments: str, command: str = "run", **variables: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"http://localhost:{self.port}/"
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in CHOSEN_BY_TESTS and not name.startswith("FOUNDRY_")
        }
        launcher = [sys.executable, "-P", "-m", f"foundry_site.launcher.{command}", "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*launcher, "--data", str(data_dir), *arguments],
            env={**kept, "PYTHONPATH": str(BASE_DIR), "PYTHONFAULTHANDLER": "1", **variables},
            cwd=data_dir,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        # With PYTHONFAULTHANDLER it says where it hangs.
        self._watchdog = threading.Timer(COMMAND_PATIENCE, self.process.send_signal, [signal.SIGABRT])
        self._watchdog.start()

    def until(self, text: str) -> None:
        """Wait until it has said ``text``."""
        assert self.process.stdout is not None
        while text not in self.said:
            line = self.process.stdout.readline()
            assert line, f"it ended before it said {text!r}:\n{self.said}"
            self.said += line

    def end(self, number: signal.Signals | None = None) -> int:
        """Send a signal, wait for the end; its exit status."""
        if number is not None:
            self.process.send_signal(number)
        rest, _ = self.process.communicate()
        self.said += rest
        self._watchdog.cancel()
        assert self.process.returncode != -signal.SIGABRT, self.said
        return self.process.returncode

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE) as answer:
            return json.load(answer)


@pytest.fixture
def start(data_dir: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start_one(*arguments: str, **variables: str) -> Run:
        runs.append(Run(data_dir, *arguments, **variables))
        return runs[-1]

    yield start_one
    for run in runs:
        if run.process.poll() is None:
            run.end(signal.SIGKILL)


def left_over(data_dir: Path) -> list[str]:
    """The command lines of processes that go on working in the folder.

    Postgres says that it has ended (by removing its pid file) a moment before its process has.
    """
    deadline = time.monotonic() + PATIENCE
    while (found := working(data_dir)) and time.monotonic() < deadline:
        continue
    return found


def working(data_dir: Path) -> list[str]:
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        command = " ".join(process.info["cmdline"] or ())
        if str(data_dir) in command and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(command)
    return found


def passwords(data_dir: Path) -> dict[str, str]:
    demo = json.loads((data_dir / "demo.json").read_text())
    return {account["username"]: account["password"] for account in demo["accounts"]}


def test_a_first_and_a_second_run(start: Callable[..., Run], data_dir: Path) -> None:
    first = start()
    first.until("Stop with Ctrl-C")
    assert first.url in first.said
    assert first.get("/readyz") == {"status": "ready"}
    assert any("foundry_site.launcher.worker" in command for command in working(data_dir))
    assert (data_dir / "demo.json").stat().st_mode & 0o777 == 0o600
    known = passwords(data_dir)
    assert sorted(known) == ["auditor", "editor", "owner", "reviewer"]
    assert all(password in first.said for password in known.values())

    refused = start()
    assert refused.end() == 1
    assert refused.said == (
        f"foundry: Foundry already runs on {data_dir} at {first.url} (process {first.process.pid}).\n"
    )

    assert first.end(signal.SIGTERM) == 0
    assert left_over(data_dir) == []

    second = start()
    second.until("Stop with Ctrl-C")
    assert passwords(data_dir) == known
    assert json.loads((data_dir / "demo.json").read_text())["url"] == second.url
    assert second.end(signal.SIGINT) == 0
    assert left_over(data_dir) == []
    assert "Traceback" not in first.said + second.said


def test_a_killed_run_hinders_nobody(start: Callable[..., Run], used_data_dir: Path) -> None:
    data_dir = used_data_dir
    killed = start("--no-demo", **STAGES)
    killed.until("Stop with Ctrl-C")
    assert "create_account NAME --administrator" in killed.said
    assert not (data_dir / "demo.json").exists()
    killed.end(signal.SIGKILL)
    assert any("postgres" in command for command in working(data_dir))

    after = start("--no-demo", **STAGES)
    after.until("Stop with Ctrl-C")
    assert after.get("/healthz") == {"status": "ok"}
    # As when the terminal is closed.
    assert after.end(signal.SIGHUP) == 0
    assert left_over(data_dir) == []


def test_services_and_a_worker_that_die_come_back_by_themselves(start: Callable[..., Run], used_data_dir: Path) -> None:
    data_dir = used_data_dir
    run = start("--no-demo", **STAGES)
    run.until("Stop with Ctrl-C")
    before = {name: found(data_dir, *marks) for name, marks in PROGRAMS.items()}
    for process in before.values():
        process.kill()
    run.until("The embedded PostgreSQL has ended, and is started again")
    deadline = time.monotonic() + COMMAND_PATIENCE
    while not all(comes_back(data_dir, marks, before[name].pid) for name, marks in PROGRAMS.items()):
        assert time.monotonic() < deadline, run.said
        time.sleep(0.1)
    while not is_ready(run):
        assert time.monotonic() < deadline, run.said
        time.sleep(0.1)
    assert run.end(signal.SIGTERM) == 0
    assert left_over(data_dir) == []


# What the command line of each has in it.
PROGRAMS = {
    "postgres": ("/postgres", "-D"),
    "valkey": ("valkey-server",),
    "worker": ("foundry_site.launcher.worker",),
}


def found(data_dir: Path, *marks: str) -> psutil.Process:
    """The program of this folder."""
    for process in psutil.process_iter(["cmdline", "cwd", "status"]):
        command = " ".join(process.info["cmdline"] or ())
        ours = str(data_dir) in command or str(process.info["cwd"] or "").startswith(str(data_dir))
        if ours and all(mark in command for mark in marks) and process.info["status"] != psutil.STATUS_ZOMBIE:
            return process
    raise LookupError(marks)


def comes_back(data_dir: Path, marks: tuple[str, ...], ended: int) -> bool:
    try:
        return found(data_dir, *marks).pid != ended
    except LookupError:
        return False


def is_ready(run: Run) -> bool:
    try:
        return bool(run.get("/readyz") == {"status": "ready"})
    except OSError:
        return False


def test_one_that_is_stopped_while_postgres_starts_leaves_nothing(start: Callable[..., Run], data_dir: Path) -> None:
    run = start()
    deadline = time.monotonic() + COMMAND_PATIENCE
    while not (data_dir / "postgres").exists() and not (data_dir / "postgres.new").exists():
        assert time.monotonic() < deadline
    assert run.end(signal.SIGTERM) == 0
    assert left_over(data_dir) == []
    assert "Traceback" not in run.said


def test_one_that_is_stopped_before_it_serves_leaves_nothing(start: Callable[..., Run], data_dir: Path) -> None:
    run = start()
    run.until("running")
    assert run.end(signal.SIGTERM) == 0
    assert left_over(data_dir) == []
    assert "Traceback" not in run.said


@pytest.mark.parametrize(
    ("name", "address", "told"),
    [
        ("DATABASE_URL", "postgresql://u:secret@127.0.0.1:9/x", "The database of DATABASE_URL cannot be reached"),
        ("REDIS_URL", "redis://:secret@127.0.0.1:9/0", "The Redis of REDIS_URL cannot be reached"),
        ("FOUNDRY_LOCK_TTL", "soon", "FOUNDRY_LOCK_TTL takes a whole number"),
    ],
)
def test_what_an_operator_got_wrong_is_one_line(
    start: Callable[..., Run], data_dir: Path, name: str, address: str, told: str
) -> None:
    run = start(**{name: address})
    assert run.end() == 1
    assert run.said.startswith(f"foundry: {told}")
    assert run.said.count("\n") == 1
    assert "secret" not in run.said
    assert left_over(data_dir) == []


def test_somebody_elses_database_gets_no_demo(
    start: Callable[..., Run], data_dir: Path, process_environment: dict[str, str]
) -> None:
    run = start(DATABASE_URL=process_environment["DATABASE_URL"], **STAGES)
    run.until("Stop with Ctrl-C")
    assert "  Valkey … running" in run.said
    assert "create_account NAME --administrator" in run.said
    assert not (data_dir / "demo.json").exists()
    assert not (data_dir / "postgres").exists()
    assert run.end(signal.SIGTERM) == 0
    assert left_over(data_dir) == []
