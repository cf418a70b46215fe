"""docs/scripts.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from stages.automation import lua
from stages.automation.lua import Limits
from stages.automation.lua.limits import LimitCode

TEXT = (Path(__file__).parents[3] / "docs" / "scripts.md").read_text()


def test_every_function_of_core_is_described_and_no_other() -> None:
    source = "local names = {} for name in pairs(core) do names[#names + 1] = name end print(table.concat(names, ' '))"
    (line,) = lua.run(source).log
    assert set(re.findall(r"core\.(\w+)\(", TEXT)) == set(line.text.split())


def test_every_limit_is_described() -> None:
    section = TEXT.split("## Limits")[1]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(get_args(LimitCode)) - {"stopped"}
    limits = Limits()
    for shown in (limits.fuel // 1_000_000, limits.depth, limits.calls, limits.writes, int(limits.seconds)):
        assert f"{shown:,} " in section
    assert f"{limits.memory >> 20} MiB" in section
    assert f"{limits.output >> 20} MiB" in section
