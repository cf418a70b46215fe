"""After a thousand scripts a process holds no more than after a hundred, and what an attack took is given back."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from foundry_site.environment import BASE_DIR
from tests.patience import COMMAND_PATIENCE


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_thousand_executions_hold_no_more_than_a_hundred() -> None:
    command = [sys.executable, "-m", "tests.automation.attacks.measuring"]
    environment = {**os.environ, "PYTHONPATH": str(BASE_DIR)}
    # In a process of its own: this one holds what other tests have left.
    done = subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, check=True, timeout=COMMAND_PATIENCE
    )
    found = json.loads(done.stdout)
    assert found["memory"] < 8 << 20, found
    assert found["mappings"] < 40, found
    assert found["after_attack"] < 16 << 20, found
