"""What a process of its own holds while it runs scripts: memory in bytes and mappings, as JSON (Linux)."""

from __future__ import annotations

import gc
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
EATING = Attack("", "local t = {} for i = 1, 1e9 do t[i] = i end", "memory", limits=Limits())


def held() -> tuple[int, int]:
    """Bytes in memory, and mappings."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * PAGE, len(Path("/proc/self/maps").read_text().splitlines())


def run(count: int, at_once: int) -> None:
    def one(number: int) -> None:
        lua.run(SCRIPTS[number % len(SCRIPTS)], host=Recorder(), limits=SMALL)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(one, range(count)))


def main() -> None:
    run(100, 4)
    after_hundred = held()
    run(900, 4)
    after_thousand = held()
    attempt(EATING)
    before_attack = held()
    for _ in range(3):
        attempt(EATING)
    found = {
        "memory": after_thousand[0] - after_hundred[0],
        "mappings": after_thousand[1] - after_hundred[1],
        "after_attack": held()[0] - before_attack[0],
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
