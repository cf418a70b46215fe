"""Running a site with stations: who is in touch, the figures, the dashboard and the alerts."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.conf import settings as site
from django.db import connection
from django.utils import timezone
from prometheus_client import generate_latest

from kernel.metrics import SITE_FIGURES
from kernel.statements import database_now
from stages.fleet.choices import StationState
from stages.fleet.contact import COUNT_STALE, is_online, is_stale, stale_condition
from stages.fleet.models import Placement, Station
from stages.fleet.services import pause_directive
from stages.fleet.sign_in.tokens import TOUCH_INTERVAL
from stages.fleet.stations.desk import HEAD_INTERVAL
from stages.fleet.stations.metrics import FIGURES
from stages.fleet.stations.presence import read_round
from stages.fleet.stations.services.upkeep import notify_of_stale
from tests.fleet.world import World, put_station

FOLDER = site.BASE_DIR / "docs" / "operations"
FIGURE = re.compile(r"\bfoundry_[a-z_]+")
ENDING = re.compile(r"_(?:bucket|sum|count)\Z")


def number(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def figure(name: str) -> int:
    return number(next(each.sql for each in FIGURES if each.name == name))


def queries() -> list[str]:
    panels = json.loads((FOLDER / "grafana-fleet.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)
    return [target["expr"] for panel in panels for target in panel["targets"]]


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts-fleet.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_the_dashboard_and_the_alerts_name_figures_that_there_are() -> None:
    told = dict(re.findall(r"^# TYPE (\S+) (\S+)$", generate_latest().decode(), re.MULTILINE))
    told |= dict.fromkeys(SITE_FIGURES, "gauge")
    named = {name for query in (*queries(), *(rule["expr"] for rule in alerts())) for name in FIGURE.findall(query)}
    assert len(named) >= 9
    assert {name for name in named if name not in told and told.get(ENDING.sub("", name)) != "histogram"} == set()
    documented = (FOLDER.parent / "fleet.md").read_text()
    assert {name for name in named if f"`{ENDING.sub('', name)}`" not in documented} == set()
    assert {each.name for each in FIGURES} <= named


def test_an_alert_says_what_to_do() -> None:
    for rule in alerts():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert {"summary", "remedy"} == rule["annotations"].keys(), rule["alert"]


@pytest.mark.parametrize(
    ("minutes", "facts"),
    [
        (None, {}),
        (None, {"enrolled_at": timedelta(minutes=90)}),
        (59, {}),
        (61, {}),
        (61, {"state": StationState.BROKEN}),
        (61, {"state": StationState.REVOKED, "revoked_at": timedelta()}),
    ],
)
def test_one_rule_says_who_is_stale(fleet: World, minutes: int | None, facts: dict[str, Any]) -> None:
    # Times are given as how long ago: the whole suite may take longer than a stale station is news.
    facts = {name: timezone.now() - value if isinstance(value, timedelta) else value for name, value in facts.items()}
    before = number(COUNT_STALE)
    if minutes is not None:
        facts["last_seen_at"] = timezone.now() - timedelta(minutes=minutes)
    later = {name: facts.pop(name) for name in ("state", "revoked_at") if name in facts}
    station = put_station(fleet, **facts)
    if later:
        Station.objects.filter(pk=station.pk).update(**later)
    station = Station.objects.select_related("team").get(pk=station.pk)
    expected = is_stale(station, database_now())
    assert Station.objects.filter(stale_condition(), pk=station.pk).exists() == expected
    assert number(COUNT_STALE) - before == expected
    assert notify_of_stale() == expected


def test_a_station_that_never_came_is_noticed_too(fleet: World) -> None:
    put_station(fleet, enrolled_at=timezone.now() - timedelta(minutes=61))
    assert (notify_of_stale(), notify_of_stale()) == (1, 0)


def test_a_connected_station_is_noted_once_in_each_round(fleet: World) -> None:
    """So it is away less than a minute after it went away."""
    interval = timedelta(seconds=HEAD_INTERVAL)
    assert interval / 2 < TOUCH_INTERVAL < interval
    seen = timezone.now() - interval
    station = put_station(fleet, last_seen_at=seen)
    read_round([station.pk], [fleet.oncology.id])
    station.refresh_from_db()
    assert station.last_seen_at is not None
    noted = station.last_seen_at
    assert noted > seen
    read_round([station.pk], [fleet.oncology.id])
    station.refresh_from_db()
    assert station.last_seen_at == noted
    assert is_online(station, noted + interval)
    assert not is_online(station, noted + timedelta(minutes=1))


def test_figures_count_what_differs_and_is_not_allowed_to(fleet: World) -> None:
    directive = fleet.directive()
    for name, facts in (
        ("altered", {"state": "drifted"}),
        ("allowed", {"state": "drifted", "until": timezone.now() + timedelta(hours=1)}),
        ("right", {"state": "in_place"}),
    ):
        station = put_station(fleet, name=name)
        given = {"sha256": "", "files": [], "edition": 1, "changed_at": timezone.now(), **facts}
        Placement.objects.create(station=station, directive=directive, **given)
    Station.objects.filter(pk=put_station(fleet, name="broken").pk).update(state=StationState.BROKEN)
    assert figure("foundry_stations_drifted") == 1
    assert figure("foundry_stations_with_a_broken_chain") == 1
    assert figure("foundry_stations") >= 4
    pause_directive(caller=fleet.caller("owner"), directive_id=directive.id, reason="An incident")
    assert figure("foundry_stations_drifted") == 0
