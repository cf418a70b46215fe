"""A process that has run a thousand scripts holds no more than after a hundred."""

from __future__ import annotations

import gc
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stages.automation import lua
from stages.automation.lua import Limits
from tests.automation.attacks.attacks import Attack
from tests.automation.attacks.running import attempt
from tests.automation.lua.hosts import Recorder

PAGE = 4096
SMALL = Limits(fuel=20_000_000, memory=24 << 20)
# Success, an error, a limit of each sort, and a call of the host.
SCRIPTS = (
    "print('x')",
    "error('x')",
    "while true do end",
    "local s = ('x'):rep(1e9)",
    "core.set_field('r', 't.c', {1, 2, 3})",
    "local function f() pcall(f) end f()",
    "= 3",
)


def held() -> tuple[int, int]:
    """Bytes in memory, and mappings."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE, len(
        Path("/proc/self/maps").read_text().splitlines()
    )


def run(count: int, at_once: int) -> None:
    with ThreadPoolExecutor(at_once) as pool:
        for done in [
            pool.submit(lua.run, SCRIPTS[number % len(SCRIPTS)], host=Recorder(), limits=SMALL)
            for number in range(count)
        ]:
            done.result()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_thousand_executions_hold_no_more_than_a_hundred():
    run(100, 4)
    memory, mappings = held()
    run(900, 4)
    later, more = held()
    assert later - memory < 8 << 20, f"{later - memory:,} bytes more"
    assert more - mappings < 40


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_memory_of_an_attack_is_given_back():
    def attack() -> None:
        attempt(Attack("", "local t = {} for i = 1, 1e9 do t[i] = i end", "memory", limits=Limits()))

    attack()
    before, _ = held()
    for _ in range(3):
        attack()
    assert held()[0] - before < 16 << 20
