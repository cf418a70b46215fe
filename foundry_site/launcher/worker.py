"""The processes for background jobs, which ``script/run`` starts next to the server.

The worker runs all short jobs, the runner those that may take minutes (`manage.py runner`), where a stage has such
jobs. They are processes of their own, so that a job does not slow the server down. They exit when their standard input
is closed, which the kernel does however the launcher ends. One that exits earlier is started again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from foundry_site.launcher.console import print_error
from foundry_site.launcher.supervision import Supervised, supervised

STOP_SECONDS = 10
RUNNER = "runner"


@contextmanager
def background_worker(data_dir: Path) -> Iterator[None]:
    """Run a worker, and a runner where a stage needs one; at the end, a running job gets 10 seconds to finish.

    Pages work without them; the doctor, the metrics and the audit viewer then report the jobs that are not done.
    """
    from kernel.runner import RUNNER_QUEUES

    worker, runner = BackgroundProcess(data_dir), BackgroundProcess(data_dir, RUNNER)
    watched = [Supervised("The worker of background jobs", worker.is_running, worker.start, _no_more)]
    if RUNNER_QUEUES:
        watched.append(Supervised("The runner of long jobs", runner.is_running, runner.start, _no_runs))
    try:
        for each in watched:
            each.start()
        with supervised(watched):
            yield
    finally:
        worker.stop()
        runner.stop()


class BackgroundProcess:
    """The newest process of a command of ``manage.py`` that ends with this one; of the worker where none is named."""

    def __init__(
        self, data_dir: Path, *command: str, environment: Mapping[str, str] | None = None, log: Path | None = None
    ) -> None:
        # The folder is not used; it shows the owner in a list of processes.
        self._command = [sys.executable, "-P", "-m", "foundry_site.launcher.worker", str(data_dir), *command]
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.stop()
        with self._log.open("ab") if self._log is not None else nullcontext() as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                # It only prints that it starts and ends; errors are in the log, on standard error.
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop it; a running job gets 10 seconds. Does nothing if it does not run."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _no_more() -> None:
    print_error(
        "Checkpoints, mails and the verification of the audit trail wait: read the log above, and start Foundry again."
    )


def _no_runs() -> None:
    print_error("No model answers any more: read the log above, and start Foundry again.")


def main(arguments: Sequence[str]) -> None:
    """Run the worker, or the command that is named after the folder, until standard input is closed."""
    threading.Thread(target=end_with_input, daemon=True, name="launcher's end").start()
    from django.core.management import call_command

    from foundry_site.loading import load_apps

    load_apps()
    call_command(*(arguments[1:] or ["procrastinate", "worker"]))


def end_with_input() -> None:
    """Wait until the other end of standard input is closed, then exit as after SIGTERM."""
    # Not by sys.stdin: Python cannot end while a thread waits for its lock.
    while os.read(0, 4096):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(sys.argv[1:])
