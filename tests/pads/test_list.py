"""Who is in which pad, who changed it last, and how often the list asks for that."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from presence.redis_presence import PersonPresence
from presence.services import record_presence
from stages.pads.services import close_pad, reopen_pad
from tests.pads.test_pages import page_of, texts
from tests.pads.world import World, edit
from tests.workspace.conftest import Browser, browser  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db


def test_two_people_are_shown_two_named_and_the_rest_counted(browser: Browser, world: World) -> None:  # noqa: F811
    pad = world.pad()
    edit(world.session("mara"), pad, 0, (0, 0, "words"))
    people = [
        PersonPresence(user.person() | {"display_name": f"{name.title()} Long"}, (f"pads/{pad.id}",))
        for name, user in world.people.items()
    ]
    record_presence(project_id=world.project.id, node="here", people=people)
    page = page_of(browser(world.people["vic"]), world)
    assert texts(page, "pad-group") == ["People are in 1 pad"]
    assert texts(page, "pad-people") == ["ML Mara writes EL Ed reads Olga reads, Outsider reads, 2 more"]
    name = world.people["mara"].display_name
    assert texts(page, "pad-last") == [f"{name} writes now"]


def test_who_made_wrote_or_closed_it_is_named(browser: Browser, world: World) -> None:  # noqa: F811
    _made, written, closed = (world.pad(name=name) for name in ("Made", "Written", "Closed"))
    edit(world.session("mara"), written, 0, (0, 0, "words"))
    for by in ("mara", "olga"):
        close_pad(caller=world.caller(by), pad_id=closed.id)
        if by == "mara":
            reopen_pad(caller=world.caller("ed"), pad_id=closed.id)
    found = texts(page_of(browser(world.people["vic"]), world), "pad-last")
    ed, mara, olga = (world.people[name].display_name for name in ("ed", "mara", "olga"))
    assert [words.rsplit(" ", 1)[0] for words in found] == [f"{mara} wrote", f"{ed} created it", f"{olga} closed it"]


def test_closed_pads_take_no_more_queries(browser: Browser, world: World) -> None:  # noqa: F811
    client = browser(world.people["vic"])
    counts = []
    for _round in range(2):
        close_pad(caller=world.caller("ed"), pad_id=world.pad(name="Old").id)
        page_of(client, world)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page_of(client, world)
        counts.append(len(queries))
    assert counts[0] == counts[1]
