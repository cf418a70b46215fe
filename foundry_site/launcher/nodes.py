"""Nodes: processes of `manage.py serve` on free ports of this machine."""

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

# A machine that is busy with other things may take most of it.
START_SECONDS: Final = 180
STOP_SECONDS: Final = 15
MANAGE: Final = (sys.executable, str(BASE_DIR / "manage.py"))
# A node that exits with this process. The next argument only shows the owner in process lists.
TIED: Final = (sys.executable, "-P", "-m", "foundry_site.launcher.nodes")
CHOSEN_ELSEWHERE: Final = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


def bare_environment(variables: Mapping[str, str], **more: str) -> dict[str, str]:
    """Variables for a node with its own services, without the configuration of this process."""
    kept = {
        name: value
        for name, value in variables.items()
        if name not in CHOSEN_ELSEWHERE and not name.startswith("FOUNDRY_")
    }
    return {**kept, "DJANGO_SETTINGS_MODULE": "foundry_site.settings", **more}


class NodeProcess:
    """One server process. It keeps its port when it is killed and started again.

    `command` comes before `serve`: `manage.py`, or a wrapper that injects a fault first.
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
        """The running process. Raises `RuntimeError` if there is none."""
        if self._process is None:
            raise RuntimeError("The node does not run.")
        return psutil.Process(self._process.pid)

    @property
    def is_running(self) -> bool:
        """Whether the process exists, including a paused one."""
        return self._process is not None and self._process.poll() is None

    @property
    def output(self) -> str:
        """All output so far, including that of earlier starts."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def launch(self) -> None:
        """Start the process without waiting; see `wait`."""
        self._read_from = len(self.output)
        self._asked = False
        self._process = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [*self._command, "serve", "--port", str(self.port)],
                cwd=BASE_DIR,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        """Wait until the node listens. Raises `RuntimeError` if it exits, or takes too long and is killed."""
        deadline = time.monotonic() + START_SECONDS
        while not (found := re.search(r"^Listening on .*:(\d+)\.$", self.output[self._read_from :], re.MULTILINE)):
            if not self.is_running or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"A node did not start:\n{self.output}")
            time.sleep(0.02)
        self.port = int(found[1])

    def start(self) -> None:
        """Start it, or start it again on its port."""
        self.launch()
        self.wait()

    def kill(self) -> None:
        """Kill the process at once."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Suspend the process; the kernel still accepts connections and data for it."""
        self.process.suspend()

    def resume(self) -> None:
        self.process.resume()

    def ask_to_go(self) -> None:
        """Send SIGTERM without waiting; see `stop`. Does nothing if it is not running."""
        if self._process is None or self._asked:
            return
        self._asked = True
        with suppress(psutil.NoSuchProcess):
            self.process.resume()
        self._process.terminate()

    def stop(self) -> None:
        """Stop the process, and kill it after a timeout. Does nothing if it is not running."""
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
def running(*nodes: NodeProcess) -> Iterator[None]:
    """Start nodes together and stop them at the end of the context."""
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
    """A node that exits when its input is closed: `python -m foundry_site.launcher.nodes OWNER serve --port N`."""
    threading.Thread(target=end_with_input, daemon=True, name="launcher's end").start()
    sys.argv = [MANAGE[1], *sys.argv[2:]]
    runpy.run_path(MANAGE[1], run_name="__main__")


if __name__ == "__main__":
    main()
