"""The systemd units of docs/operations do what they say, with nothing but the environment that systemd gives them."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import pytest
from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from audit.chain_verification.models import ChainVerification
from audit.keys.private import key_path, read_or_make
from tests.patience import PATIENCE

FOLDER = settings.BASE_DIR / "docs" / "operations"
# systemd.exec(5): what a service finds in its environment besides the unit's own lines, as far as it matters here.
SYSTEMD = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}

Start = Callable[[str], "subprocess.Popen[bytes]"]


def service(name: str) -> Mapping[str, str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # names keep their capitals
    parser.read(FOLDER / f"{name}.service")
    return parser["Service"]


def environment_file() -> dict[str, str]:
    """The example as systemd reads an EnvironmentFile: lines, comments left out, quotes taken off."""
    lines = (FOLDER / "environment.example").read_text().splitlines()
    pairs = [line.split("=", 1) for line in lines if line and not line.startswith("#")]
    return {name: value[1:-1] if value[:1] == '"' == value[-1:] else value for name, value in pairs}


@pytest.fixture
def start(committed_db: None, process_environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start a unit as it is written, here instead of in /opt/foundry, on the test's services and any free port."""
    started: list[subprocess.Popen[bytes]] = []
    filled = {
        "DATABASE_URL": process_environment["DATABASE_URL"],
        "REDIS_URL": settings.REDIS_URL,
        "FOUNDRY_DATA_DIR": str(tmp_path),
        # The database keeps what the worker seals: another key would be the only one that counts from then on.
        "FOUNDRY_SIGNING_KEY": read_or_make(key_path()).strip(),
        **{name: token_hex(32) for name in ("FOUNDRY_SECRET_KEY", "FOUNDRY_METRICS_TOKEN")},
        "FOUNDRY_STAGES": os.environ["FOUNDRY_STAGES"],
    }

    def start_one(name: str) -> subprocess.Popen[bytes]:
        unit = service(name)
        here = str(settings.BASE_DIR)
        command = shlex.split(unit["ExecStart"].replace("/opt/foundry", here).replace("--port 8001", "--port 0"))
        started.append(
            subprocess.Popen(
                command,
                cwd=unit["WorkingDirectory"].replace("/opt/foundry", here),
                env={**SYSTEMD, **environment_file(), **filled},
                stdout=subprocess.PIPE,
            )
        )
        return started[-1]

    yield start_one
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_the_unit_of_a_node_serves(start: Start) -> None:
    node = start("foundry")
    assert node.stdout is not None
    line = node.stdout.readline().decode()
    found = re.search(r"^Listening on 127\.0\.0\.1:(\d+)\.$", line)
    assert found, line or "it ended at once"
    with urllib.request.urlopen(f"http://127.0.0.1:{found[1]}/readyz", timeout=PATIENCE) as answer:
        assert answer.status == 200
    node.terminate()
    assert node.wait(PATIENCE) == 0


def test_the_unit_of_the_worker_works(start: Start) -> None:
    app.configure_task("audit.jobs.verify_chain").defer(chain="site")
    worker = start("foundry-worker")
    deadline = time.monotonic() + PATIENCE
    while ProcrastinateJob.objects.filter(task_name="audit.jobs.verify_chain").exists():
        assert worker.poll() is None, "it ended"
        assert time.monotonic() < deadline, "it did not work"
        time.sleep(0.05)
    worker.terminate()
    assert worker.wait(PATIENCE) == 0
    assert ChainVerification.objects.filter(chain="site").exists()
    with suppress(ProcrastinateWorker.DoesNotExist):
        assert ProcrastinateWorker.objects.count() == 0


def test_the_example_says_the_same_to_systemd_and_to_a_shell() -> None:
    said = f"set -a; . {shlex.quote(str(FOLDER / 'environment.example'))}; env -0"
    done = subprocess.run(["bash", "-c", said], env=SYSTEMD, capture_output=True, text=True, check=True)
    heard = dict(each.split("=", 1) for each in done.stdout.split("\0") if each)
    assert {name: heard.get(name) for name in environment_file()} == environment_file()
