"""Prepare for the tests and run them, for ``script/test`` and ``script/check``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from foundry_site.environment import BASE_DIR
from foundry_site.launcher import frontend, second_try
from foundry_site.launcher.chromium import ensure_chromium
from foundry_site.launcher.console import LaunchError, say
from foundry_site.launcher.signals import Stopped

# Tests of pages, nodes and faults spend half of their time waiting for other processes and for locks to expire. Each
# worker has databases of its own.
WORKERS_PER_CORE = 2
MAX_WORKERS = 4
STOP_SECONDS = 60
# Where pytest keeps which tests failed in its last run.
FAILED_TESTS = BASE_DIR / ".pytest_cache" / "v" / "cache" / "lastfailed"


def run_tests(arguments: Sequence[str]) -> int:
    """Run pytest, on all tests unless ``arguments`` name some; its exit status.

    ``--second-try`` runs the tests that failed once more by themselves, where they are few.

    Raises:
        LaunchError: the browser's files cannot be built, or there is no Chromium and this is continuous integration.
    """
    frontend.build()
    has_browser = ensure_chromium(wants_shell=_is_ci())
    if not has_browser and _is_ci():
        raise LaunchError("There is no Chromium, and continuous integration must not leave the browser tests out.")
    asked = [argument for argument in arguments if argument != second_try.OPTION]
    if not any(argument.startswith("-n") for argument in asked):
        asked = ["-n", str(_workers()), *asked]
    if second_try.OPTION in arguments:
        status = second_try.run_with_second_try(_pytest, asked, FAILED_TESTS)
    else:
        status = _pytest(asked)
    if not has_browser:
        say("\n*** The browser tests were LEFT OUT: there is no Chromium on this machine. ***")
        say("*** Install chromium-headless-shell, or name it in FOUNDRY_CHROMIUM.       ***")
    return status


def _is_ci() -> bool:
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


def _workers() -> int:
    return min(WORKERS_PER_CORE * (os.cpu_count() or 1), MAX_WORKERS)


def _pytest(arguments: Sequence[str]) -> int:
    """Run pytest in the foreground. After a signal, it gets time to stop its services."""
    # What is compiled is kept for all that the tests start, also where the environment forbids it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pytest", *arguments]
    process = subprocess.Popen(command, cwd=BASE_DIR, env=environment, start_new_session=True)
    try:
        return process.wait()
    except Stopped:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise
