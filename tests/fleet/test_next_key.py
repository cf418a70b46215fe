"""The site's next key: what stations obey is sealed anew, each once, with its event."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from accounts.callers import foundry_caller
from audit.keys.private import KEY_FILE
from audit.keys.rotation import rotate_site_key
from audit.models import Event
from kernel.errors import Unavailable
from stages.fleet.models import Edition, Station
from stages.fleet.services import seal_anew
from stages.fleet.stations.services.moving import revoke_station
from stages.fleet.verification import check_editions
from tests.fleet.stations import sign_in
from tests.fleet.world import World, put_station


@pytest.fixture
def own_key(settings: Settings, tmp_path: Path) -> Path:
    """The key of the tests in a folder of its own, so that it can be replaced."""
    shutil.copy2(Path(django_settings.FOUNDRY_DATA_DIR) / KEY_FILE, tmp_path / KEY_FILE)
    settings.FOUNDRY_DATA_DIR = tmp_path
    return tmp_path / KEY_FILE


def replaced() -> str:
    return rotate_site_key(caller=foundry_caller("command"), reason="Yearly").after


def newest(fleet: World) -> Edition:
    return Edition.objects.filter(team=fleet.oncology).order_by("-number")[0]


def test_after_the_key_was_replaced_editions_and_assignments_are_sealed_anew_once(fleet: World, own_key: Path):
    fleet.directive()
    station = sign_in(fleet).station
    revoked = put_station(fleet, name="lost")
    revoke_station(caller=fleet.caller("owner"), station_id=revoked.pk, reason="Lost")
    before, assigned = newest(fleet), Station.objects.get(pk=station.pk)
    assert seal_anew() == 0

    key = replaced()
    assert seal_anew() >= 2
    after = newest(fleet)
    assert (after.number, after.key_id, after.cause) == (before.number + 1, key, "site.key_added")
    assert after.statement["directives"] == before.statement["directives"]
    now = Station.objects.get(pk=station.pk)
    assert (now.assignment_number, now.assignment_key_id) == (assigned.assignment_number + 1, key)
    assert Station.objects.get(pk=revoked.pk).assignment_key_id != key
    assert not Edition.objects.filter(number=after.number, team=fleet.oncology).exclude(key=key).exists()
    assert seal_anew() == 0
    assert not list(check_editions())


def test_what_was_sealed_anew_is_on_record(fleet: World, own_key: Path):
    fleet.directive()
    station = sign_in(fleet).station
    key = replaced()
    seal_anew()
    sealed = Event.objects.filter(action="edition.sealed", target_id=str(fleet.oncology.id)).order_by("-seq")[0]
    assert (sealed.data["key"], sealed.data["cause"]) == (key, "site.key_added")
    changed = Event.objects.filter(action="station.changed", target_id=str(station.pk)).order_by("-seq")[0]
    assert changed.data["assignment"]["key"] == key


def test_a_server_with_the_former_key_seals_nothing_anew(fleet: World, own_key: Path):
    fleet.directive()
    former = own_key.read_text()
    replaced()
    seal_anew()
    own_key.write_text(former)
    number = newest(fleet).number
    with pytest.raises(Unavailable, match="has been replaced"):
        seal_anew()
    assert newest(fleet).number == number
