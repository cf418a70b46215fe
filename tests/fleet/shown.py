"""Pages of the fleet in tests: their words, and stations with what they say of directives."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from stages.fleet.choices import PlacementState
from stages.fleet.models import Directive, Placement, Station
from tests.fleet.world import World, put_station
from tests.workspace.html import elements


def words(client: Client, path: str, *, status: int = 200) -> str:
    """All the words of a page, with single spaces."""
    page = client.get(f"/fleet/{path}")
    assert page.status_code == status
    return " ".join(page.content.decode().split())


def texts(page: Any, name: str) -> list[str]:
    """The texts of the elements of a class, with single spaces."""
    found = [each for each in elements(page) if name in each.attributes.get("class", "").split()]
    return [" ".join(each.text.split()) for each in found]


def place(station: Station, directive: Directive, state: str = PlacementState.IN_PLACE, **facts: Any) -> None:
    """What a station says of a directive."""
    given = {"edition": directive.team.number, "changed_at": timezone.now(), "files": [{"path": "~/work/CLAUDE.md"}]}
    directive.team.refresh_from_db()
    given["edition"] = directive.team.number
    Placement.objects.create(station=station, directive=directive, state=state, **{**given, **facts})


def station(world: World, name: str, **facts: Any) -> Station:
    """A station that was in touch just now."""
    return put_station(world, name=name, last_seen_at=timezone.now(), **facts)
