"""Exceptions: for one station, for a time or until they are revoked; and never again by an assignment of before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from foundry_station.clock import text_of
from tests.station.rig import Rig, as_frame
from tests.station.site import Site


@pytest.fixture
def stations(folder: Path) -> Iterator[tuple[Rig, Rig]]:
    """Two stations of one team."""
    site = Site()
    both = Rig(folder / "one", site), Rig(folder / "two", replace(site, station=str(uuid4()), listed_keys=[]))
    yield both
    for each in both:
        each.state.close()


def alter(rig: Rig) -> bytes:
    altered = rig.file.read_bytes().replace(b"Never", b"Always")
    rig.file.write_bytes(altered)
    return altered


def test_a_permanent_exception_holds_on_one_station_until_it_is_revoked(stations: tuple[Rig, Rig]) -> None:
    """Case 31: what is altered stays there, the other station reverts; revoked, it is reverted there, too."""
    one, two = stations
    directive = one.site.directive()
    for rig in stations:
        rig.issue(directive)
    whole = one.file.read_bytes()
    exception = {"id": str(uuid4()), "directive": directive["id"], "until": None}
    excepting = as_frame(one.site.assignment(2, exceptions=[exception]))
    assert one.inbox.assignment(excepting)
    assert not two.inbox.assignment(excepting), "it is another station's"
    altered = {}
    for rig in stations:
        rig.engine.replan()
        altered[rig] = alter(rig)
        rig.time.pass_(days=400)
        rig.round()
    assert (one.file.read_bytes(), two.file.read_bytes()) == (altered[one], whole)
    assert (one.kinds(), two.kinds()) == (["applied"], ["applied", "refused", "change_blocked"])
    assert one.states() == {directive["id"]: "excepted"}
    # It is revoked.
    assert one.assign(3)
    one.engine.replan()
    one.round()
    assert one.file.read_bytes() == whole
    (kept,) = one.engine.enforcer.kept.all()
    assert one.engine.enforcer.kept.data(kept.sha256) == altered[one]
    # Somebody shows the station the assignment that held it.
    assert not one.inbox.assignment(excepting)
    assert [each["reason"] for each in one.reports("refused")] == ["rollback"]
    alter(one)
    one.engine.replan()
    one.round()
    assert one.file.read_bytes() == whole


def test_an_exception_lets_alterations_be_until_it_ends(rig: Rig) -> None:
    """Case 31's part on the station."""
    directive = rig.site.directive()
    rig.issue(directive)
    whole = rig.file.read_bytes()
    until = text_of(rig.now + timedelta(seconds=5))
    rig.assign(2, exceptions=[{"id": str(uuid4()), "directive": directive["id"], "until": until}])
    rig.engine.replan()
    altered = alter(rig)
    rig.round()
    assert rig.file.read_bytes() == altered
    assert rig.states() == {directive["id"]: "excepted"}
    assert rig.kinds() == ["applied"]
    rig.time.pass_(seconds=6)
    rig.engine.replan()
    rig.round()
    assert rig.file.read_bytes() == whole
    assert rig.engine.enforcer.kept.all()


def test_a_new_edition_leaves_excepted_alterations(rig: Rig) -> None:
    directive = rig.site.directive()
    rig.issue(directive)
    rig.assign(2, exceptions=[{"id": str(uuid4()), "directive": directive["id"], "until": None}])
    altered = alter(rig)
    rig.issue({**rig.site.directive("Other."), "id": directive["id"]})
    assert rig.file.read_bytes() == altered
    rig.assign(3)
    rig.engine.replan()
    rig.round()
    assert b"Other." in rig.file.read_bytes()
