"""The state: one daemon, reports in a chain, and what a server acknowledges."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from foundry_station.canonical import canonical, clean
from foundry_station.state import AnotherDaemon, State
from foundry_station.state.reports import Reports
from tests.station.rig import Rig


def test_one_daemon_at_a_time(tmp_path: Path) -> None:
    with State(tmp_path) as first, State(tmp_path) as second:
        assert second.daemon() is None
        first.become_daemon()
        assert second.daemon() is not None
        with pytest.raises(AnotherDaemon):
            second.become_daemon()
    with State(tmp_path) as third:
        third.become_daemon()


@given(st.dictionaries(st.text("abcxyz_", min_size=1), st.text()))
def test_bodies_are_written_as_rfc_8785_asks(body: dict[str, str]) -> None:
    cleaned = {name: clean(value) for name, value in body.items()}
    assert canonical(cleaned).encode() == rfc8785.dumps(cleaned)


def test_reports_are_a_chain(rig: Rig) -> None:
    reports = rig.engine.enforcer.reports
    first = reports.add({"kind": "applied", "at": "now", "until": None})
    second = reports.add({"kind": "failed", "at": "now", "path": "odd \udcff name"})
    assert first.prev_hash == hashlib.sha256(rig.site.station.encode()).digest()
    text = rfc8785.dumps({"kind": "applied", "at": "now"})
    assert first.hash == hashlib.sha256(first.prev_hash + (1).to_bytes(8, "big") + text).digest()
    assert second.prev_hash == first.hash
    assert reports.fault() is None
    rig.state.run("UPDATE reports SET body = replace(body, 'applied', 'failed') WHERE seq = 1")
    assert reports.fault() is not None


def test_what_is_acknowledged_is_not_sent_again_unless_the_server_lost_it(rig: Rig) -> None:
    reports = rig.engine.enforcer.reports
    chain = [reports.add({"kind": "applied", "at": str(number)}) for number in range(3)]
    assert reports.acknowledge(2, chain[1].hash.hex())
    assert [each.seq for each in reports.unsent(10)] == [3]
    assert not reports.acknowledge(3, chain[1].hash.hex())
    assert reports.acknowledge(1, chain[0].hash.hex())
    assert [each.seq for each in reports.unsent(10)] == [2, 3]
    assert reports.acknowledge(0, hashlib.sha256(rig.site.station.encode()).hexdigest())
    assert reports.count_unsent() == 3


def test_a_chain_that_nobody_believes_begins_anew_with_what_was_not_sent(rig: Rig) -> None:
    reports = Reports(rig.state)
    chain = [reports.add({"kind": "applied", "at": str(number)}) for number in range(3)]
    reports.acknowledge(2, chain[1].hash.hex())
    assert not rig.inbox.acknowledged({"seq": 9, "hash": "00"})
    assert rig.state.setting("chain") == "broken"
    rig.state.set(station="another")
    reports.begin_again()
    (left,) = reports.all()
    assert (left.seq, left.facts["at"]) == (1, "2")
    assert left.prev_hash == hashlib.sha256(b"another").digest()
    assert reports.fault() is None
