"""Signals that end a command, wherever it is when they arrive."""

from __future__ import annotations

import subprocess
import sys

from foundry_site.environment import BASE_DIR
from tests.patience import PATIENCE

STOPPED_IN_A_FINALIZER = """
import os, signal, time
from foundry_site.launcher.signals import Stopped, stopped_by_signals

class Finalized:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(1000):
            pass

try:
    with stopped_by_signals():
        Finalized()
        time.sleep(3600)
except Stopped:
    print("stopped")
"""


def test_a_signal_that_arrives_in_a_finalizer_is_not_lost() -> None:
    command = [sys.executable, "-c", STOPPED_IN_A_FINALIZER]
    ended = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stdout) == (0, "stopped\n")
    assert "Traceback" not in ended.stderr
