"""The worker that does background jobs, beside the server: started by ``script/run``, and never left behind by it.

It is a process of its own, because a long job must not slow the server down. It ends when its standard input does,
which the kernel sees to however the launcher ends. One that ends before is started again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foundry_site.launcher.console import print_error
from foundry_site.launcher.supervision import Supervised, supervised

STOP_SECONDS = 10


@contextmanager
def background_worker(data_dir: Path) -> Iterator[None]:
    """Have a worker for as long as the context lasts; a job that is being done gets 10 seconds to finish.

    Without one pages are served all the same: the doctor, the figures and the audit viewer say what it leaves undone.
    """
    worker = _Worker(data_dir)
    worker.start()
    try:
        with supervised([Supervised("The worker of background jobs", worker.is_running, worker.start, _no_more)]):
            yield
    finally:
        worker.stop()


class _Worker:
    """The process, whichever is the newest."""

    def __init__(self, data_dir: Path) -> None:
        # Its argument says only whose it is, in a list of processes.
        self._command = [sys.executable, "-P", "-m", "foundry_site.launcher.worker", str(data_dir)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.stop()
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            # It says that it begins and ends; what goes wrong is in the log, on standard error.
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Let its job come to its end, for 10 seconds; harmless when it does not run."""
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
        "Checkpoints, mails and the walk along the audit chains wait: read the log above, and start Foundry again."
    )


def main() -> None:
    """Work until standard input ends."""
    threading.Thread(target=end_with_input, daemon=True, name="launcher's end").start()
    import django
    from django.core.management import call_command

    django.setup()
    from foundry_site.stages import refuse_missing_stages

    refuse_missing_stages()
    call_command("procrastinate", "worker")


def end_with_input() -> None:
    """Wait until whoever holds the other end of our standard input is gone, and end as by SIGTERM."""
    # Not by sys.stdin: Python cannot end while a thread waits for its lock.
    while os.read(0, 4096):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
