"""`python -m tests.controls_out [c08 …]`: take each control out in turn; its tests must fail without it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from foundry_site.environment import BASE_DIR
from foundry_site.launcher.console import say
from tests.controls_out.out import Out
from tests.controls_out.table import OUT


def main(wanted: list[str]) -> int:
    """0 if every test that should fail does."""
    unproven = []
    for out in OUT:
        if wanted and not {out.control, out.name} & {*wanted}:
            continue
        complaints = _complaints(out)
        say(f"{out.name}  {'NOT PROVEN' if complaints else 'its tests fail without it'}  ({out.how})")
        for complaint in complaints:
            say(f"       {complaint}")
        if complaints:
            unproven.append(out.name)
    say(f"\nNot proven: {', '.join(unproven)}" if unproven else "\nEvery control is missed by its tests.")
    return 1 if unproven else 0


def _complaints(out: Out) -> list[str]:
    """Which tests did not fail without the control."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        environment = {**os.environ, "FOUNDRY_CONTROL_OUT": out.name, "FOUNDRY_CONTROL_RESULT": str(result)}
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "tests.controls_out.plugin", "--tb=line", *out.tests],
            cwd=BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        told = json.loads(result.read_text()) if result.exists() else {}
    if not told:
        return ["no test was run", *run.stdout.splitlines()[-5:], *run.stderr.splitlines()[-5:]]
    ended = {test.split("[", 1)[0]: told.get(test.split("[", 1)[0], ["not run"]) for test in out.tests}
    return [
        f"{test}: {', '.join(outcomes)}"
        for test, outcomes in ended.items()
        if "failed" not in outcomes or "not set up" in outcomes
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
