"""The pages of pads as the server writes them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stages.pads.models import Pad
from stages.pads.services import close_pad
from tests.pads.world import World, edit
from tests.workspace.conftest import Browser, browser  # noqa: F401 (a fixture)
from tests.workspace.html import elements
from tests.workspace.test_palette import offered

pytestmark = pytest.mark.django_db


def page_of(client: Client, world: World, path: str = "") -> Any:
    page = client.get(f"/projects/{world.project.id}/pads/{path}")
    assert page.status_code == 200
    return page


def texts(page: Any, name: str) -> list[str]:
    """The texts of the elements of a class, with single spaces."""
    found = [each for each in elements(page) if name in each.attributes.get("class", "").split()]
    return [" ".join(each.text.split()) for each in found]


def test_an_empty_list_offers_a_new_pad_to_who_may_make_one(browser: Browser, world: World) -> None:  # noqa: F811
    (words,) = texts(page_of(browser(world.people["ed"]), world), "empty")
    assert "No pads yet" in words
    assert "New pad" in words
    (words,) = texts(page_of(browser(world.people["vic"]), world), "empty")
    assert "New pad" not in words


def test_the_list_says_what_of_whom_and_when(browser: Browser, world: World) -> None:  # noqa: F811
    pad = world.pad(name="Exclusions", target_field="prompt_text", start="field")
    world.pad(name="Thoughts", language="")
    closed = world.pad(name="Old")
    close_pad(caller=world.caller("ed"), pad_id=closed.id)
    edit(world.session("mara"), pad, 1, (0, 0, "Ask: "))
    page = page_of(browser(world.people["vic"]), world)
    assert texts(page, "pad-group") == ["Others", "Closed, read-only"]
    first, second, third = texts(page, "pad-row")
    assert "Exclusions" in first
    assert "14 characters · Markdown for Prompt" in first
    assert world.people["mara"].display_name in first
    assert "0 characters · Plain text" in second
    assert "Closed" in third


def test_a_pad_is_made_from_a_field(browser: Browser, world: World) -> None:  # noqa: F811
    client = browser(world.people["ed"])
    assert "Begin with" in page_of(client, world, "new/?field=prompt_text").content.decode()
    form = {"name": "From the prompt", "language": "auto", "target_field": "prompt_text", "start": "field"}
    answer = client.post(f"/projects/{world.project.id}/pads/new/", form)
    pad = Pad.objects.get(name="From the prompt")
    assert answer.headers["Location"] == f"/projects/{world.project.id}/pads/{pad.id}/"
    assert (pad.language, pad.head, pad.length) == ("markdown", 1, len("Be exact."))
    assert "Outline of From the prompt" in " ".join(texts(page_of(client, world, f"{pad.id}/"), "cut"))


def test_a_refused_form_says_why_and_keeps_what_was_typed(browser: Browser, world: World) -> None:  # noqa: F811
    client = browser(world.people["ed"])
    form = {"name": " ", "language": "json", "target_field": "", "start": "field"}
    answer = client.post(f"/projects/{world.project.id}/pads/new/", form)
    assert answer.status_code == 400
    assert texts(answer, "field-error")
    assert not Pad.objects.exists()
    pad = world.pad()
    answer = client.post(f"/projects/{world.project.id}/pads/{pad.id}/change/", {"name": "", "language": "Not One"})
    assert answer.status_code == 400


def test_a_pad_is_renamed_closed_and_reopened(browser: Browser, world: World) -> None:  # noqa: F811
    client, pad = browser(world.people["ed"]), world.pad()
    home = f"/projects/{world.project.id}/pads/{pad.id}/"
    changes = {"name": "Inclusions", "language": "json", "target_field": "model_configuration"}
    assert client.post(f"{home}change/", changes).headers["Location"] == home
    assert client.post(f"{home}close/").headers["Location"] == home
    page = page_of(client, world, f"{pad.id}/")
    assert "for Model configuration" in texts(page, "pad-head-for")
    assert "Closed" in texts(page, "badge")
    assert client.post(f"{home}reopen/").headers["Location"] == home
    pad.refresh_from_db()
    assert (pad.name, pad.language, pad.is_closed) == ("Inclusions", "json", False)


def test_a_pad_of_another_project_is_not_found(browser: Browser, world: World) -> None:  # noqa: F811
    client, pad = browser(world.people["outsider"]), world.pad()
    for path in ("", f"{pad.id}/", f"{pad.id}/change/"):
        assert client.get(f"/projects/{world.project.id}/pads/{path}").status_code == 404


def test_the_palette_offers_pads_by_name(browser: Browser, world: World) -> None:  # noqa: F811
    world.pad(name="Exclusions")
    client = browser(world.people["ed"])
    assert "New pad…" in offered(client, world.project, "pad")["Actions"]
    assert "Exclusions" in offered(client, world.project, "exclusions")["Pads"]


def test_pages_ask_no_more_often_where_there_is_more(browser: Browser, world: World) -> None:  # noqa: F811
    client, pad = browser(world.people["ed"]), world.pad()
    paths = ("", "new/", f"{pad.id}/", f"{pad.id}/change/")

    def asked() -> dict[str, int]:
        found = {}
        for path in paths:
            page_of(client, world, path)
            with CaptureQueriesContext(connection) as captured:
                page_of(client, world, path)
            found[path] = len(captured)
        return found

    edit(world.session("mara"), pad, 0, (0, 0, "a"))
    before = asked()
    for number in range(3):
        other = world.pad(name=f"Pad {number}")
        for name in ("ed", "mara", "olga"):
            edit(world.session(name), other, 0, (0, 0, name))
            edit(world.session(name), pad, 1, (0, 0, name))
    assert asked() == before
    assert max(before.values()) <= 28
