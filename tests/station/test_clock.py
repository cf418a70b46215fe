"""Time runs with the server's, whatever the machine's own clock is set to, and never back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from foundry_station.clock import Clock
from foundry_station.state import State
from tests.station.rig import Rig, Time
from tests.station.site import NOW


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


def test_the_server_s_time_goes_on_with_the_machine_s_uptime(state: State) -> None:
    wall, running = Time(), Time(0)
    clock = Clock(state, wall=wall, running=running)
    clock.follow(NOW + timedelta(days=1))
    running.pass_(hours=2)
    wall.pass_(days=-30)
    assert clock.now() == NOW + timedelta(days=1, hours=2)


def test_a_restart_without_the_server_keeps_the_difference(state: State) -> None:
    wall, running = Time(), Time(0)
    clock = Clock(state, wall=wall, running=running)
    clock.follow(NOW + timedelta(days=1))
    wall.pass_(hours=3)
    assert Clock(state, wall=wall, running=Time(0)).now() == NOW + timedelta(days=1, hours=3)


def test_time_never_goes_back(state: State) -> None:
    wall, running = Time(), Time(0)
    clock = Clock(state, wall=wall, running=running)
    clock.follow(NOW)
    running.pass_(hours=5)
    clock.store()
    wall.pass_(days=-2)
    assert Clock(state, wall=wall, running=Time(0)).now() == NOW + timedelta(hours=5)
    clock.follow(NOW - timedelta(days=9))
    assert clock.now() == NOW


def test_a_clock_that_was_set_is_reported_once(rig: Rig) -> None:
    wall, running = Time(), Time(0)
    rig.engine.clock = Clock(rig.state, wall=wall, running=running)
    wall.pass_(seconds=30)
    running.pass_(seconds=30)
    assert rig.engine.check_clock() is None
    before = rig.engine.clock.now()
    wall.pass_(hours=-3)
    assert rig.engine.check_clock() == timedelta(hours=-3)
    assert rig.engine.check_clock() is None
    assert rig.engine.clock.now() == before
    (report,) = rig.reports("clock_jumped")
    assert report["reason"] == "-10800 s"
