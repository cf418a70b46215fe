"""Models in the settings of a project, and those of the site: added, changed, checked, never with their key."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.callers import Caller
from stages.runs.costs import budget_of
from stages.runs.models import ModelProfile
from stages.runs.server_requests import server_request
from stages.runs.services import create_profile
from tests.cast import new_project
from tests.runs.world import World
from tests.workspace.conftest import Browser
from tests.workspace.html import elements

pytestmark = pytest.mark.django_db

KEY = "sk-ant-0123456789abcdef"
TYPED = {
    "provider": "anthropic",
    "name": "meridian",
    "model_name": "meridian-large",
    "display_name": "Meridian Large",
    "base_url": "",
    "input_price": "3",
    "output_price": "0.15",
    "token_limit": "2000",
}


def settings(world: World) -> str:
    return f"/projects/{world.project.id}/settings/"


def value_of(page: Any, name: str) -> str:
    """What the form of a model, the last of the page, holds in one of its inputs."""
    found = [each for each in elements(page) if each.attributes.get("name") == name]
    return found[-1].attributes.get("value", "")


def section(client: Client, address: str) -> str:
    """The text of the list of models, with single spaces."""
    (found,) = elements(client.get(address), id="models")
    return " ".join(found.text.split())


def test_a_model_is_added_with_its_key_which_is_never_shown(browser: Browser, world: World) -> None:
    olga = browser(world.people["olga"])
    answer = olga.post(f"{settings(world)}models/new/", {**TYPED, "key": KEY}, follow=True)
    profile = ModelProfile.objects.get(project=world.project)
    assert (profile.input_price, profile.output_price, profile.token_limit) == (3_000_000, 150_000, 2000)
    assert KEY not in answer.content.decode()
    assert profile.secret is not None
    shown = section(olga, settings(world))
    assert f"key {profile.secret.mark}" in shown
    assert "$3.00 in, $0.15 out for a million tokens · answers up to 2,000 tokens" in shown


def test_a_refused_form_keeps_what_was_typed_but_not_the_key(browser: Browser, world: World) -> None:
    typed = {**TYPED, "input_price": "three", "token_limit": "1e3", "key": KEY}
    page = browser(world.people["olga"]).post(f"{settings(world)}models/new/", typed)
    assert page.status_code == 400
    assert {name: value_of(page, name) for name in typed if name not in {"key", "provider"}} == {
        name: value for name, value in typed.items() if name not in {"key", "provider"}
    }
    assert KEY not in page.content.decode()
    words = [" ".join(each.text.split()) for each in elements(page, "p") if each.attributes.get("role") == "alert"]
    assert any("Write an amount such as 3 or 0.15" in each for each in words)
    assert "Write a whole number of tokens." in words
    assert not ModelProfile.objects.filter(project=world.project).exists()


def test_a_name_that_is_taken_is_said_at_its_field(browser: Browser, world: World) -> None:
    world.profile("meridian")
    page = browser(world.people["olga"]).post(f"{settings(world)}models/new/", {**TYPED, "key": KEY})
    assert page.status_code == 400
    (field,) = [each for each in elements(page, "input") if each.attributes.get("name") == "name"][-1:]
    assert field.attributes["value"] == "meridian"
    assert field.attributes["aria-invalid"] == "true"


def test_prices_and_names_change_and_a_model_is_disabled_and_enabled(browser: Browser, world: World) -> None:
    profile = world.profile()
    olga = browser(world.people["olga"])
    address = f"{settings(world)}models/{profile.id}/"
    assert value_of(olga.get(address), "display_name") == "house"
    olga.post(address, {"display_name": "House", "input_price": "0.5", "output_price": "", "token_limit": "10"})
    olga.post(f"{address}enabled/", {})
    profile.refresh_from_db()
    assert (profile.display_name, profile.input_price, profile.output_price) == ("House", 500_000, 0)
    assert not profile.is_enabled
    assert "Disabled" in section(olga, settings(world))
    olga.post(f"{address}enabled/", {"enabled": "yes"})
    profile.refresh_from_db()
    assert profile.is_enabled


def test_a_key_is_replaced(browser: Browser, world: World) -> None:
    profile = world.profile("meridian", provider="anthropic", model_name="large", key=KEY)
    before = profile.secret.mark if profile.secret else ""
    olga = browser(world.people["olga"])
    address = f"{settings(world)}models/{profile.id}/key/"
    assert olga.post(address, {"key": " "}).status_code == 400
    page = olga.post(address, {"key": "sk-another-one-12345"}, follow=True)
    assert "sk-another" not in page.content.decode()
    profile.refresh_from_db()
    assert profile.secret is not None
    assert profile.secret.mark != before


def test_a_check_says_what_it_found(browser: Browser, world: World) -> None:
    profile = world.profile()
    address = f"{settings(world)}models/{profile.id}/check/"
    olga = browser(world.people["olga"])
    line = olga.post(address, headers={"HX-Request": "true"}).content.decode()
    assert f'id="check-{profile.id}"' in line
    assert "The built-in echo is always available." in line
    assert "The built-in echo is always available." in olga.post(address).content.decode()


def test_a_check_beside_another_one_says_so_in_its_line(browser: Browser, world: World) -> None:
    profile = world.profile()
    address = f"{settings(world)}models/{profile.id}/check/"
    with server_request(world.people["olga"].id):
        answer = browser(world.people["olga"]).post(address, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Another server has not answered yet. Try again" in answer.content.decode()


def test_limits_are_set_for_the_project_and_for_a_model(browser: Browser, world: World) -> None:
    profile = world.profile()
    olga = browser(world.people["olga"])
    address = f"{settings(world)}models/"
    page = olga.post(f"{address}limits/", {"monthly_limit": "much", "max_open_calls": "1.5", "calls_per_minute": "60"})
    assert page.status_code == 400
    assert [value_of(page, name) for name in ("monthly_limit", "max_open_calls")] == ["much", "1.5"]
    olga.post(f"{address}limits/", {"monthly_limit": "200.50", "max_open_calls": "4", "calls_per_minute": ""})
    olga.post(f"{address}{profile.id}/limits/", {"monthly_limit": "", "max_open_calls": "", "calls_per_minute": "60"})
    budget = budget_of(world.project.id)
    assert (budget.monthly_limit, budget.max_open_calls, budget.calls_per_minute) == (200_500_000, 4, None)
    assert value_of(olga.get(f"{address}limits/"), "monthly_limit") == "200.5"
    shown = section(olga, settings(world))
    assert "$0.00 of $200.50 this month · 4 calls at once" in shown
    assert "$0.00 this month · 60 calls a minute" in shown
    runs = " ".join(elements(olga.get(f"/projects/{world.project.id}/runs/"), id="run-budget")[0].text.split())
    assert runs.endswith("$0.00 of $200.50")


def test_who_may_not_manage_models_reads_them(browser: Browser, world: World) -> None:
    world.profile()
    ed = browser(world.people["ed"])
    assert "house Echo (built in)" in section(ed, settings(world))
    assert "Add a model" not in section(ed, settings(world))
    assert "Check" not in section(ed, settings(world))


def test_a_model_of_another_project_is_none_of_this_one(browser: Browser, world: World) -> None:
    elsewhere = create_profile(caller=world.caller("olga"), project_id=world.project.id, name="x", provider="echo")
    other = World(new_project(world.people["olga"]), world.people)
    olga = browser(world.people["olga"])
    for act in ("", "key/"):
        assert olga.get(f"{settings(other)}models/{elsewhere.id}/{act}").status_code == 404
    assert olga.post(f"{settings(other)}models/{elsewhere.id}/check/").status_code == 404


def test_administrators_manage_the_models_of_the_site(browser: Browser, world: World, administrator: Caller) -> None:
    admin = browser(administrator.user)
    admin.post("/models/new/", {**TYPED, "key": KEY})
    profile = ModelProfile.objects.get(project=None, name="meridian")
    assert "Meridian Large" in section(admin, "/models/")
    assert admin.get(f"/models/{profile.id}/").status_code == 200
    shown = section(browser(world.people["olga"]), settings(world))
    assert "Models of the whole site" in shown
    assert "Meridian Large" in shown
    olga = browser(world.people["olga"])
    assert olga.post(f"{settings(world)}models/{profile.id}/check/").status_code == 404
    assert olga.get("/models/").status_code == 403
