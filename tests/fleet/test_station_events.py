"""What happens to stations is written with its event, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.utils import timezone
from pytest_django import Settings

from accounts.callers import foundry_caller
from accounts.models import User
from audit.keys.private import KEY_FILE
from audit.keys.rotation import rotate_site_key
from stages.fleet.models import DeviceCode
from stages.fleet.services import seal_anew
from stages.fleet.sign_in.services import decide_device
from stages.fleet.stations.report_rules import GivenReport, read_reports
from stages.fleet.stations.services.moving import move_station, revoke_station
from stages.fleet.stations.services.reports import ChainBroken, put_reports
from stages.fleet.stations.services.upkeep import record_reports, revoke_unredeemed
from tests.cast import new_caller
from tests.fleet.stations import SignedIn, begin, sign_in
from tests.fleet.test_proof import write_without_event
from tests.fleet.world import World


def let_in(fleet: World, begun: Any) -> object:
    caller = fleet.caller("owner", via="browser")
    return decide_device(caller=caller, user_code=begun.user_code, approves=True, team_id=fleet.oncology.id)


def put(station: SignedIn, *reports: dict[str, Any]) -> None:
    given = read_reports([GivenReport(**each) for each in reports])
    account = User.objects.get(pk=station.station.pk)
    put_reports(caller=new_caller(account, via="station"), station_id=station.station.pk, reports=given)


def reported(fleet: World) -> SignedIn:
    station = sign_in(fleet)
    put(station, station.report())
    return station


def forge(fleet: World, station: SignedIn) -> None:
    forged = {**station.report(), "prev_hash": "0" * 64}
    with suppress(ChainBroken):
        put(station, forged)


def late(fleet: World) -> None:
    """A station that was let in, and never fetched its token."""
    let_in(fleet, begin())
    approved = DeviceCode.objects.filter(approved=True, redeemed_at=None)
    approved.update(expires_at=timezone.now() - timedelta(minutes=1))


ACTS: dict[str, tuple[Callable[[World], Any], Callable[[World, Any], object]]] = {
    "station.enrolled": (lambda w: begin(), let_in),
    "station.changed": (
        lambda w: (sign_in(w), w.team("Study")),
        lambda w, both: move_station(
            caller=w.caller("owner"), station_id=both[0].station.pk, team_id=both[1].id, name="Another"
        ),
    ),
    "station.revoked": (
        sign_in,
        lambda w, each: revoke_station(caller=w.caller("owner"), station_id=each.station.pk, reason="Lost"),
    ),
    "station.revoked for want of its token": (late, lambda w, _: revoke_unredeemed()),
    "station.chain_broken": (reported, forge),
    "reports.recorded": (reported, lambda w, _: record_reports()),
}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("nth", [1, 2])
def test_c06_without_its_event_nothing_becomes_of_a_station(
    fleet: World, monkeypatch: pytest.MonkeyPatch, name: str, nth: int
):
    write_without_event(fleet, monkeypatch, *ACTS[name], nth=nth)


@pytest.mark.parametrize("nth", [1, 2])
def test_c06_without_its_event_nothing_is_sealed_anew(
    fleet: World, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path, nth: int
):
    shutil.copy2(Path(site.FOUNDRY_DATA_DIR) / KEY_FILE, tmp_path / KEY_FILE)
    settings.FOUNDRY_DATA_DIR = tmp_path

    def arrange(world: World) -> None:
        world.directive()
        rotate_site_key(caller=foundry_caller("command"), reason="Yearly")
        # Each is a transaction of its own.
        monkeypatch.setattr("stages.fleet.services.resealing.MAX_AT_ONCE", 1)

    write_without_event(fleet, monkeypatch, arrange, lambda w, _: seal_anew(), nth=nth)
