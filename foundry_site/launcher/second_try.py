"""Run the few tests that failed beside others once more by themselves, for continuous integration."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from foundry_site.launcher.console import say

# What asks for it on the command line.
OPTION = "--second-try"
# More failures than these are no accident of a busy machine.
MOST = 10
TESTS_FAILED = 1


def run_with_second_try(pytest: Callable[[Sequence[str]], int], arguments: Sequence[str], remembered: Path) -> int:
    """Run pytest; where no more than ``MOST`` tests fail, run these again in one process. The exit status of both.

    Args:
        pytest: Runs pytest with arguments; returns its exit status.
        arguments: Those of the first run.
        remembered: The file in which pytest keeps which tests failed. What an earlier run left there is forgotten.
    """
    remembered.unlink(missing_ok=True)
    status = pytest(arguments)
    failed = _failed(remembered)
    if status != TESTS_FAILED or not 0 < len(failed) <= MOST:
        return status
    say("\n*** These tests failed beside others. They are run once more, by themselves: ***")
    for test in failed:
        say(f"***   {test}")
    status = pytest(["-n0", *failed])
    if status == 0:
        say("\n*** By themselves they passed. Find out why they failed: docs/testing.md. ***")
    return status


def _failed(remembered: Path) -> list[str]:
    try:
        found: dict[str, bool] = json.loads(remembered.read_text())
    except (OSError, ValueError):
        return []
    return sorted(found)
