"""Real nodes: `manage.py serve` in a process each, or the stock Channels way for comparison; ended by process id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

from foundry_site.environment import BASE_DIR

START_SECONDS = 30
STOP_SECONDS = 15


@dataclass(frozen=True, slots=True)
class BenchNode:
    """One server process on this machine."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> int:
        """Resident bytes of the process."""
        return int(psutil.Process(self.process.pid).memory_info().rss)


@contextmanager
def product_node(**environment: str) -> Iterator[BenchNode]:
    """A node of the product, ready; `environment` are variables that it gets beside ours."""
    with _node([sys.executable, "manage.py", "serve", "--port"], ready="/readyz", **environment) as node:
        yield node


@contextmanager
def stock_node() -> Iterator[BenchNode]:
    """The stock Channels consumer of `bench.stock` under stock Daphne."""
    # Two thousand that come at once would be refused after its five seconds.
    patience = ["--websocket_connect_timeout", "60"]
    command = [sys.executable, "-m", "daphne", "bench.stock:application", "-v", "0", *patience, "-p"]
    with _node(command, ready="/") as node:
        yield node


@contextmanager
def plain_node(command: Sequence[str], **environment: str) -> Iterator[BenchNode]:
    """Another server, such as one under Node.js, which gets its port as the last argument."""
    with _node(command, ready="/", **environment) as node:
        yield node


@contextmanager
def started(
    command: Sequence[str], *, stdout: int | None = None, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours with these further variables; it is asked to go at the end, and killed if it does not."""
    process = subprocess.Popen(command, cwd=BASE_DIR, env={**os.environ, **environment}, stdout=stdout)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        if process.poll() is None:
            process.kill()
            process.wait()


@contextmanager
def _node(command: Sequence[str], *, ready: str, **environment: str) -> Iterator[BenchNode]:
    port = _free_port()
    with started([*command, str(port)], **environment) as process:
        node = BenchNode(port, process)
        _wait_until_ready(node, ready)
        yield node


def _wait_until_ready(node: BenchNode, path: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(node.url + path, timeout=2):  # noqa: S310 - our own address
                return
        except urllib.error.HTTPError as error:
            if error.code != 503:
                return
        except OSError:
            pass
        if node.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("A node did not start.")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
