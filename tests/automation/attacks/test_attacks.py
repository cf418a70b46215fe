"""Each attack alone, then twenty at once: every one ends at its limit, and honest scripts are not touched."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from stages.automation import lua
from tests.automation.attacks.attacks import ATTACKS, Attack
from tests.automation.attacks.running import assert_ended, attempt, honest

AT_ONCE = 20


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_ends_at_its_limit(attack: Attack):
    assert_ended(attack, attempt(attack))


def test_twenty_attacks_at_once_end_as_they_do_alone_and_leave_honest_scripts_alone():
    alone = {attack.name: attempt(attack) for attack in ATTACKS[::5] if "time" not in attack.name}
    expected = honest()
    assert expected.state == "succeeded", expected
    order = [*ATTACKS, *[None] * (len(ATTACKS) // 3)]
    random.Random(7).shuffle(order)

    def one(attack: Attack | None) -> None:
        if attack is None:
            # To the unit of fuel as on an idle machine.
            assert honest() == expected
            return
        outcome = attempt(attack)
        assert_ended(attack, outcome)
        if attack.name in alone:
            assert outcome == alone[attack.name]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(one, attack) for attack in order]:
            done.result()


def test_nested_pcalls_work_up_to_their_limit():
    source = """
        local function nest(n) if n == 0 then return "bottom" end
            local ok, found = pcall(nest, n - 1) assert(ok) return found end
        for n = 1, args.depth do assert(nest(n) == "bottom") end
        print("all")
    """
    outcome = lua.run(source, arguments={"depth": 63})
    assert [line.text for line in outcome.log] == ["all"]
    assert lua.run(source, arguments={"depth": 66}).code == "depth"


def test_what_a_script_does_to_texts_ends_with_it():
    lua.run(
        "getmetatable('').__index = function() return 'mine' end string.upper = nil table.concat = nil _G.print = nil"
    )
    assert [line.text for line in lua.run("print(('a').b, ('a'):upper(), table.concat({1, 2}))").log] == ["nil\tA\t12"]


def test_a_flooded_log_is_cut_and_says_so():
    outcome = lua.run("for i = 1, 100000 do print(('line'):rep(10), i) end", limits=lua.Limits(calls=4_000))
    assert (outcome.code, outcome.calls, outcome.is_log_cut) == ("calls", 4_000, True)
    assert sum(len(line.text) + 1 for line in outcome.log) <= 64 << 10
    assert outcome.log[0].text == "line" * 10 + "\t1"


@pytest.mark.parametrize(
    ("source", "line"),
    [("local n = 0\n\nfor i = 1, 1e9 do\n  n = tostring(i)\nend", 4), ("\nlocal s = ('x'):rep(1e9)", 2)],
)
def test_a_limit_names_the_line(source, line):
    assert lua.run(source, limits=lua.Limits(fuel=100_000_000)).line == line


def test_time_that_is_over_before_the_script_begins_ends_it(monkeypatch: pytest.MonkeyPatch):
    from stages.automation.lua import execution

    monkeypatch.setattr(execution, "TICK", 0)
    for _ in range(10):
        assert lua.run("while true do end", limits=lua.Limits(seconds=-1)).code == "time"
