"""A station that went away says nothing: an open page shows it all the same, in about a minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from playwright.sync_api import expect

from stages.fleet.contact import ONLINE
from stages.fleet.models import Station, Team
from tests.browser.people import Person, World
from tests.fleet.world import put_station


def test_an_open_page_shows_that_a_station_went_away(
    person: Callable[..., Person], world: World, oncology: Team
) -> None:
    given: Any = SimpleNamespace(people=world.people, caller=world.caller, oncology=oncology)
    station: Station = world.arrange(lambda: put_station(given, last_seen_at=timezone.now()))
    page = person("owner").page
    page.goto(f"{world.url}/fleet/stations/{station.pk}/")
    expect(page.get_by_text("Online", exact=True).first).to_be_visible()
    gone = timezone.now() - ONLINE + timedelta(seconds=2)
    world.arrange(lambda: Station.objects.filter(pk=station.pk).update(last_seen_at=gone))
    expect(page.get_by_text("Away", exact=True).first).to_be_visible(timeout=25_000)
