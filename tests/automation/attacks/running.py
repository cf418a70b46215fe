"""Runs attacks, and holds how they ended against how they have to."""

from __future__ import annotations

from dataclasses import replace

from stages.automation import lua
from stages.automation.lua import Outcome
from tests.automation.attacks.attacks import Attack
from tests.automation.lua.hosts import Recorder

LIBRARIES = {"bytecode": "\x1bLuaT\0\x19\x93\r\n\x1a\n"}
# A script that means no harm: it runs beside the attacks, and after them.
HONEST = """
    local names = {}
    for i, row in ipairs((core.records("people"))) do names[i] = row.name:upper() end
    for i = 1, 2000 do names[#names + 1] = ("%d"):format(i) end
    local ok, problem = pcall(error, "caught")
    print(#table.concat(names), ok, problem, ("x").y, getmetatable("").__index == string)
"""


def attempt(attack: Attack) -> Outcome:
    return lua.run(attack.source, libraries=LIBRARIES, host=Recorder(), limits=attack.limits)


def assert_ended(attack: Attack, outcome: Outcome) -> None:
    log, outcome = outcome.log, replace(outcome, log=())
    assert outcome.state == ("failed" if attack.code else "succeeded"), outcome
    assert outcome.code == attack.code, outcome
    assert attack.error in outcome.error, outcome
    assert outcome.fuel <= attack.limits.fuel
    assert outcome.memory <= attack.limits.memory
    assert outcome.calls <= attack.limits.calls
    assert outcome.writes <= attack.limits.writes
    assert sum(len(line.text.encode()) + 1 for line in log) <= attack.limits.log


def honest() -> Outcome:
    return lua.run(HONEST, host=Recorder(records={"rows": [{"name": "Ada"}, {"name": "Bob"}], "next": None}))
