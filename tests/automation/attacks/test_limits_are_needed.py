"""Each limit is taken out by hand: then its attack ends otherwise, so the test of that attack would fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import wasmtime

from stages.automation.lua import calls, engine, machine
from stages.automation.lua.limits import LimitReached
from tests.automation.attacks.attacks import ATTACKS
from tests.automation.attacks.running import assert_ended, attempt

Patch = pytest.MonkeyPatch


def no_fuel_limit(patch: Patch) -> None:
    store = engine.Engine.store
    patch.setattr(engine.Engine, "store", lambda self, *, fuel, memory: store(self, fuel=10**17, memory=memory))


def no_memory_limit(patch: Patch) -> None:
    store = engine.Engine.store
    patch.setattr(engine.Engine, "store", lambda self, *, fuel, memory: store(self, fuel=fuel, memory=1 << 31))

    def grow(self: machine.Machine, wanted: int) -> int:
        try:
            self._memory.grow(self._store, -(-((wanted & 0xFFFFFFFF) - self.memory) // machine.PAGE))
        except wasmtime.WasmtimeError:
            return 0
        return 1

    patch.setattr(machine.Machine, "_grow", grow)


def memory_error_of_lua(patch: Patch) -> None:
    """The limit stays, but as an error that a script can catch."""
    grow = machine.Machine._grow

    def caught(self: machine.Machine, wanted: int) -> int:
        try:
            return grow(self, wanted)
        except LimitReached:
            return 0

    patch.setattr(machine.Machine, "_grow", caught)


def no_depth_limit(patch: Patch) -> None:
    # As far as Python itself can follow.
    patch.setattr(machine, "OUR_DEPTH", 20)


def no_limit_of(count: str) -> Callable[[Patch], None]:
    def take_out(patch: Patch) -> None:
        made = calls.Calls.__init__

        def without(self: calls.Calls, *, limits: Any, **given: Any) -> None:
            made(self, limits=replace(limits, **{count: 10**12}), **given)

        patch.setattr(calls.Calls, "__init__", without)

    return take_out


def no_watch(patch: Patch) -> None:
    patch.setattr(calls.Calls, "watch", lambda self: None)


def bytecode_runs(patch: Patch) -> None:
    text = machine.prelude("prelude").replace(b"if byte(source) == 27", b"if false").replace(b'"t", env', b'"bt", env')
    patch.setattr(machine, "prelude", lambda name, whole=machine.prelude: text if name == "prelude" else whole(name))


NESTED = "local function f(n) if n > 0 then pcall(f, n - 1) end end f(70)"
# What is taken out, the attack that notices, and limits that keep the attempt short.
MUTATIONS: dict[str, tuple[Callable[[Patch], None], str, dict[str, Any]]] = {
    "fuel": (no_fuel_limit, "loop: while", {"seconds": 0.3}),
    "fuel in C": (no_fuel_limit, "loop: string.find", {"seconds": 0.3}),
    "memory": (no_memory_limit, "memory: pack", {"fuel": 10**10}),
    "memory that can be caught": (memory_error_of_lua, "memory: rep in pcall", {"fuel": 50_000_000}),
    "depth": (no_depth_limit, "depth: pcall", {}),
    "calls": (no_limit_of("calls"), "flood: reads", {"fuel": 200_000_000}),
    "writes": (no_limit_of("writes"), "flood: writes", {}),
    "output": (no_limit_of("output"), "flood: long lines", {"fuel": 1_000_000_000}),
    "time": (no_watch, "time: loop", {"fuel": 10**9}),
    "bytecode": (bytecode_runs, "bytecode: a script", {}),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_without_a_limit_its_attack_is_not_stopped(name: str, monkeypatch: Patch):
    take_out, attacked, given = MUTATIONS[name]
    attack = next(each for each in ATTACKS if each.name == attacked)
    if name == "depth":
        attack = replace(attack, source=NESTED)
    assert_ended(attack, attempt(attack))
    take_out(monkeypatch)
    attack = replace(attack, limits=replace(attack.limits, **given))
    with pytest.raises(AssertionError):
        assert_ended(attack, attempt(attack))
