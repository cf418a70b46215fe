"""Nodes: `manage.py serve` in processes of their own, on free ports of this machine; ended by process id."""

from __future__ import annotations

import re
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil

from foundry_site.environment import BASE_DIR
from foundry_site.launcher.worker import end_with_input

START_SECONDS: Final = 60
STOP_SECONDS: Final = 15
MANAGE: Final = (sys.executable, str(BASE_DIR / "manage.py"))
# Ends with us, however we do; what comes after it says only whose it is, in a list of processes.
TIED: Final = (sys.executable, "-P", "-m", "foundry_site.launcher.nodes")
CHOSEN_ELSEWHERE: Final = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


def bare_environment(variables: Mapping[str, str], **more: str) -> dict[str, str]:
    """Variables for a node on services of its own: nothing of what this process itself was told."""
    kept = {
        name: value
        for name, value in variables.items()
        if name not in CHOSEN_ELSEWHERE and not name.startswith("FOUNDRY_")
    }
    return {**kept, "DJANGO_SETTINGS_MODULE": "foundry_site.settings", **more}


class Node:
    """One server process; once started it keeps its port, however often it is killed and started again.

    `command` is what stands before `serve`: `manage.py`, or something that breaks the node first.
    """

    def __init__(self, environment: Mapping[str, str], log: Path, *, command: Sequence[str] = MANAGE) -> None:
        self.port = 0
        self.log = log
        self._environment = {**environment, "PYTHONUNBUFFERED": "1"}
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._read_from = 0
        self._asked = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> psutil.Process:
        """The running process. Raises `RuntimeError` where there is none."""
        if self._process is None:
            raise RuntimeError("The node does not run.")
        return psutil.Process(self._process.pid)

    @property
    def is_running(self) -> bool:
        """Whether the process lives; a paused one does."""
        return self._process is not None and self._process.poll() is None

    @property
    def output(self) -> str:
        """Everything it has written, of all its lives."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def launch(self) -> None:
        """Begin to start; `wait` for the rest."""
        self._read_from = len(self.output)
        self._asked = False
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [*self._command, "serve", "--port", str(self.port)],
                cwd=BASE_DIR,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        """Wait until it listens."""
        deadline = time.monotonic() + START_SECONDS
        while not (found := re.search(r"^Listening on .*:(\d+)\.$", self.output[self._read_from :], re.MULTILINE)):
            if not self.is_running or time.monotonic() > deadline:
                raise RuntimeError(f"A node did not start:\n{self.output}")
            time.sleep(0.02)
        self.port = int(found[1])

    def start(self) -> None:
        """Start it, or start it again on its port."""
        self.launch()
        self.wait()

    def kill(self) -> None:
        """End it where it stands."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Stop its time; the kernel goes on taking what is sent to it."""
        self.process.suspend()

    def resume(self) -> None:
        self.process.resume()

    def ask_to_go(self) -> None:
        """Begin to stop it; `stop` for the rest. Harmless when it does not run."""
        if self._process is None or self._asked:
            return
        self._asked = True
        with suppress(psutil.NoSuchProcess):
            self.process.resume()
        self._process.terminate()

    def stop(self) -> None:
        """Ask it to go; kill it if it does not. Harmless when it does not run."""
        if self._process is None:
            return
        self.ask_to_go()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._end(signal.SIGKILL)
        self._process = None

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None


@contextmanager
def running(*nodes: Node) -> Iterator[None]:
    """Start nodes together; stop them at the end, in whatever way that comes."""
    with ExitStack() as started:
        for node in nodes:
            node.launch()
            started.callback(node.stop)
        for node in nodes:
            node.wait()
        try:
            yield
        finally:
            for node in nodes:
                node.ask_to_go()


def main() -> None:
    """A node that ends when its standard input does: `python -m foundry_site.launcher.nodes OWNER serve --port N`."""
    threading.Thread(target=end_with_input, daemon=True, name="launcher's end").start()
    sys.argv = [MANAGE[1], *sys.argv[2:]]
    runpy.run_path(MANAGE[1], run_name="__main__")


if __name__ == "__main__":
    main()
