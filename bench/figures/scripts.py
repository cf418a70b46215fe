"""s1 and s2: an execution of nothing, and one that only computes."""

from __future__ import annotations

import subprocess
import sys

from django.apps import apps

from bench.figure import Figure, Goal, compared, in_turn, seconds

STAGE = "stages.automation"
FIB = "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end print(fib(27))"
RESULT = "196418"


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of s1 and s2 that are wanted; none, which is said, where the stage is not installed."""
    if not apps.is_installed(STAGE):
        print(
            f"LEFT OUT: {', '.join(sorted(wanted))}. They need the stage `automation`, which FOUNDRY_STAGES leaves out."
        )
        return []
    from stages.automation import lua

    # Lua is compiled once in a process.
    lua.run("")
    rounds = 7 if quick else 25
    figures = []
    if "s1" in wanted:
        pairs = in_turn(rounds, lambda: 1000 * seconds(lambda: lua.run("")), lambda: 1000 * seconds(_python))
        notes = ["Baseline: `python -I -S -c pass`."]
        figures.append(compared("s1", "An execution of nothing", "ms", Goal("<=", 1), pairs, notes=notes))
    if "s2" in wanted:

        def script() -> None:
            outcome = lua.run(FIB)
            assert [line.text for line in outcome.log] == [RESULT], outcome

        pairs = in_turn(rounds, lambda: 1000 * seconds(script), lambda: 1000 * seconds(lambda: fib(27)))
        notes = ["Baseline: the same function in Python."]
        figures.append(compared("s2", "fib(27) in a script", "ms", Goal("<=", 2), pairs, notes=notes))
    return figures


def fib(n: int) -> int:
    """A number of Fibonacci, as slowly as the script computes it."""
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def _python() -> None:
    subprocess.run([sys.executable, "-I", "-S", "-c", "pass"], check=True)
