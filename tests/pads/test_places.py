"""What pads are called where presence names them, and to whom."""

from __future__ import annotations

from django.urls import reverse

from presence.redis_presence import PersonPresence
from presence.services import record_presence
from tests.pads.world import World, new_world
from tests.workspace.conftest import Browser, browser  # noqa: F401 (a fixture)
from workspace.project_frame import people_in, places_in


def test_only_pads_of_the_project_are_named(world: World) -> None:
    other = new_world()
    pads = {each.project.id: each.pad(name=name) for each, name in ((world, "Ours"), (other, "Theirs"))}
    ours, theirs = pads[world.project.id], pads[other.project.id]
    people = [
        PersonPresence(world.people["ed"].person(), (f"pads/{ours.id}",)),
        PersonPresence(world.people["mara"].person(), (f"pads/{theirs.id}",)),
    ]
    record_presence(project_id=world.project.id, node="here", people=people)
    found = places_in(world.project.id)
    assert {name: place.name for name, place in found.items()} == {f"pads/{ours.id}": "Ours"}
    shown = people_in([world.project.id], [])[world.project.id]
    assert sorted((each.at, each.place) for each in shown) == [("here", ""), ("in", "Ours")]


def test_the_script_of_the_workspace_reads_names_and_addresses(world: World, browser: Browser) -> None:  # noqa: F811
    pad = world.pad(name="Ours")
    somebody = PersonPresence(world.people["ed"].person(), (f"pads/{pad.id}",))
    record_presence(project_id=world.project.id, node="here", people=[somebody])
    answer = browser(world.people["vic"]).get(reverse("workspace:places", args=[world.project.id]))
    address = reverse("pads:pad", args=[world.project.id, pad.id])
    assert answer.json() == {"places": {f"pads/{pad.id}": {"name": "Ours", "address": address}}}
