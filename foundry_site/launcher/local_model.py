"""The model of ``script/run --local-model``: a process next to the server, which ends with it.

The stage of runs has the model (``manage.py local_model``), because only it knows what models are.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from foundry_site.launcher.announcement import is_ready
from foundry_site.launcher.console import LaunchError, print_error, step
from foundry_site.launcher.options import RunOptions
from foundry_site.launcher.supervision import Supervised, supervised
from foundry_site.launcher.worker import BackgroundProcess

COMMAND = "local_model"
HOSTS = "FOUNDRY_MODEL_HOSTS"
# It loads in 2 s; on a machine that is busy with other work that takes longer.
READY_SECONDS = 120


def allow_local_model(port: int) -> None:
    """Name the model as a server that runs may ask although it is not public; before the settings are read."""
    named = [os.environ.get(HOSTS, ""), f"127.0.0.1:{port}"]
    os.environ[HOSTS] = ",".join(each for each in named if each.strip())


@contextmanager
def local_model(options: RunOptions) -> Iterator[None]:
    """Serve the model that ``--local-model`` asks for, and add it to the models of the site; nothing without it.

    Raises:
        LaunchError: the stage of runs is not installed, or the model does not start.
    """
    port = options.model_port
    if port is None:
        yield
        return
    process = BackgroundProcess(options.data_dir, COMMAND, "serve", f"--port={port}")
    try:
        with step("Local model") as current:
            _add_profile(port)
            process.start()
            _wait_for(process, port)
            current.note(f"http://127.0.0.1:{port}/v1")
        with supervised([Supervised("The local model", process.is_running, process.start, _no_more)]):
            yield
    finally:
        process.stop()


def _add_profile(port: int) -> None:
    from django.core.management import call_command, get_commands

    if COMMAND not in get_commands():
        raise LaunchError("--local-model needs the stage “runs”, which FOUNDRY_STAGES leaves out.")
    call_command(COMMAND, "add", f"--port={port}", stdout=StringIO())


def _wait_for(process: BackgroundProcess, port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(f"http://127.0.0.1:{port}/health"):
        if not process.is_running() or time.monotonic() > deadline:
            raise LaunchError("The local model does not start: read the log above, or leave out --local-model.")
        time.sleep(0.05)


def _no_more() -> None:
    print_error("The local model answers no more: read the log above, and start Foundry again.")
