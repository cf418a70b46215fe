"""A station that is killed at any step finishes at its next start: text right, copy kept, one report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import COMMAND_PATIENCE
from tests.station.dying import SCENARIOS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_it_finishes_what_was_begun(scenario: str, folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'station'}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.station.dying", scenario, str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=COMMAND_PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["bad"] == {}
    assert result["steps"] > 20
