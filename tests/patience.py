"""How long the tests wait for something to become true."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import psutil

# Seconds; far longer than any of it takes, also on a machine that is busy with other things. A test that passes never
# waits for it to run out.
PATIENCE: Final = 60.0
# For a command in a process of its own, which first loads the whole product.
COMMAND_PATIENCE: Final = 180.0
PAUSE: Final = 0.1


def until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        time.sleep(PAUSE)


def have_ended(processes: Sequence[psutil.Process]) -> bool:
    """Wait until they have ended; whether they have. To collect what is left of them may be another process's task."""
    deadline = time.monotonic() + PATIENCE
    while living := [each for each in processes if _lives(each)]:
        if time.monotonic() > deadline:
            break
        psutil.wait_procs(living, timeout=0.05)
    return not living


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
