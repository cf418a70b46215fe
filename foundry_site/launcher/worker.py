"""The worker that does background jobs, beside the server: started by ``script/run``, and never left behind by it.

It is a process of its own, because a long job must not slow the server down. It ends when its standard input does,
which the kernel sees to however the launcher ends.
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

STOP_SECONDS = 10


@contextmanager
def background_worker(data_dir: Path) -> Iterator[None]:
    """Have a worker for as long as the context lasts; a job that is being done gets 10 seconds to finish."""
    process = subprocess.Popen(
        # Its argument says only whose it is, in a list of processes.
        [sys.executable, "-P", "-m", "foundry_site.launcher.worker", str(data_dir)],
        stdin=subprocess.PIPE,
        # It says that it begins and ends; what goes wrong is in the log, on standard error.
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main() -> None:
    """Work until standard input ends."""
    threading.Thread(target=end_with_input, daemon=True, name="launcher's end").start()
    import django
    from django.core.management import call_command

    django.setup()
    call_command("procrastinate", "worker")


def end_with_input() -> None:
    """Wait until whoever holds the other end of our standard input is gone, and end as by SIGTERM."""
    # Not by sys.stdin: Python cannot end while a thread waits for its lock.
    while os.read(0, 4096):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
