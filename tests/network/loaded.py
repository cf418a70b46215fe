"""Nodes that start in a moment: copies of a process that has loaded the product with the environment of their site.

To load it takes ten times the processor time of all else that a start needs. What is loaded has no threads, no
connections and no event loop yet (`load` asserts it); from there on it is `manage.py serve`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psutil

from foundry_site.environment import BASE_DIR
from foundry_site.launcher.nodes import NodeProcess
from foundry_site.launcher.worker import end_with_input
from tests.faults.serving import replace_clock

LOADED: Final = (sys.executable, "-m", "tests.network.loaded")
MAX_MESSAGE: Final = 4096
# Times of links, shorter than in life: tests wait for what comes after them.
TIMES: Final[Mapping[str, Any]] = {
    "stages.replication.link.states.QUIET": 0.1,
    "stages.replication.link.node_links.ROUND": 1.0,
    "stages.replication.link.dials.FIRST_PAUSE": 0.2,
    "stages.replication.link.states.INTERVAL": 4.0,
    # What a node that was killed had is free again after this.
    "stages.replication.link.services.CLAIM": timedelta(seconds=8),
    "stages.replication.link.services.RENEWED_AFTER": timedelta(seconds=2),
}


class LoadedProduct:
    """A process that has loaded the product, and copies itself for each start."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.environment = dict(environment)
        self._log = log
        self._own, theirs = socket.socketpair()
        with theirs, log.open("ab") as output:
            self._process = subprocess.Popen(
                LOADED,
                cwd=BASE_DIR,
                env={**environment, "PYTHONUNBUFFERED": "1"},
                stdin=theirs.fileno(),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def start(self, log: Path, port: int, clock: float, variables: Mapping[str, str]) -> Copy:
        """Begin to serve in a copy whose clock is wrong by so many seconds. Waits until the product is loaded.

        `variables` of its environment differ from what was loaded; those of sites, which no module reads as it loads.
        """
        wanted = {"log": str(log), "port": port, "clock": clock, "variables": dict(variables)}
        self._own.sendall(json.dumps(wanted).encode())
        answer = self._own.recv(MAX_MESSAGE)
        if not answer:
            raise RuntimeError(f"The product could not be loaded:\n{self._log.read_text(errors='replace')}")
        return Copy(int(answer))

    def end(self) -> None:
        """End it, and with it every copy that still runs."""
        self._own.close()
        self._process.wait()


class Copy:
    """One copy, with what a node asks of its process (`subprocess.Popen`)."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._process: psutil.Process | None = None
        with suppress(psutil.NoSuchProcess):
            self._process = psutil.Process(pid)

    def poll(self) -> int | None:
        """None while it runs. With what status it ended only its parent knows."""
        return None if self._process is not None and self._process.is_running() else 0

    def wait(self, timeout: float | None = None) -> int:
        if self._process is not None:
            try:
                self._process.wait(timeout)
            except psutil.TimeoutExpired:
                raise subprocess.TimeoutExpired(LOADED, timeout or 0) from None
        return 0

    def send_signal(self, number: int) -> None:
        if self._process is not None:
            with suppress(psutil.NoSuchProcess):
                self._process.send_signal(number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class LoadedNode(NodeProcess):
    """A node that starts as a copy of the loaded product."""

    def __init__(self, product: LoadedProduct, log: Path, clock: float, variables: Mapping[str, str]) -> None:
        super().__init__({**product.environment, **variables}, log)
        self._product = product
        self._clock = clock
        self._variables = dict(variables)

    def _begin(self) -> Any:
        return self._product.start(self.log, self.port, self._clock, self._variables)


def main() -> None:
    """Load the product, then copy this process as often as its input asks; end with the input, and all copies too."""
    own_clock = replace_clock()
    load()
    asked = socket.socket(fileno=os.dup(0))
    ends_with_us, ours = os.pipe()
    # Nobody here waits for the copies.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while message := asked.recv(MAX_MESSAGE):
        pid = os.fork()
        if pid == 0:
            asked.close()
            os.close(ours)
            os.dup2(ends_with_us, 0)
            wanted = json.loads(message)
            own_clock.seconds = wanted["clock"]
            change_environment(wanted["variables"])
            serve(wanted["log"], wanted["port"])
        asked.sendall(str(pid).encode())


def load() -> None:
    """Load settings, apps and addresses, as `manage.py serve` does before it has an event loop."""
    from importlib import import_module

    from django.conf import settings

    from foundry_site.loading import load_apps

    load_apps()
    import_module("foundry_site.asgi")
    import_module(settings.ROOT_URLCONF)
    from django.urls import get_resolver

    assert get_resolver().url_patterns
    for name, shorter in TIMES.items():
        module, _, constant = name.rpartition(".")
        assert shorter < getattr(import_module(module), constant)
        setattr(import_module(module), constant, shorter)
    assert threading.active_count() == 1, threading.enumerate()
    assert "twisted.internet.reactor" not in sys.modules


def change_environment(variables: Mapping[str, str]) -> None:
    """Give a copy other settings of sites than those that were loaded."""
    from django.conf import settings

    from stages.replication.environment import read_settings

    os.environ.update(variables)
    found = read_settings(os.environ)
    assert variables.keys() <= found.keys(), f"not of sites: {sorted(variables.keys() - found.keys())}"
    for name in variables:
        setattr(settings, name, found[name])


def serve(log: str, port: int) -> None:
    """What a copy does until it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with Path(log).open("ab") as output:
        for number in (1, 2):
            os.dup2(output.fileno(), number)
    threading.Thread(target=end_with_input, daemon=True, name="the test's end").start()
    from foundry_site.loading import CommandLine

    CommandLine(["manage.py", "serve", "--port", str(port)]).execute()
    sys.exit()


if __name__ == "__main__":
    main()
