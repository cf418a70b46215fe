"""`/device/`: what a person sees before they let a station in; opening the page lets nothing in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from audit.keys.sealing import own_fingerprint
from kernel.errors import RateLimited
from stages.fleet.models import DeviceCode, Station
from stages.fleet.sign_in.codes import user_digest
from tests.accounts.pages import seem_proven
from tests.fleet.stations import begin
from tests.fleet.world import World
from tests.publishing.reviews import PASSWORD


@pytest.fixture
def browser(world: World) -> Client:
    """The owner's browser, who has just proved that it is them."""
    world.role("owner", "user")
    return signed_in(world, "owner")


def signed_in(world: World, name: str, **how: Any) -> Client:
    client = Client(**how)
    client.force_login(world.people[name], backend="django.contrib.auth.backends.ModelBackend")
    seem_proven(client)
    return client


def state_of(user_code: str) -> bool | None:
    approved: bool | None = DeviceCode.objects.values_list("approved", flat=True).get(
        user_digest=user_digest(user_code)
    )
    return approved


def test_the_page_shows_what_to_compare(world: World, browser: Client) -> None:
    begun = begin(system="Plan 9")
    assert browser.get("/device/").status_code == 200
    assert browser.get(f"/device/?code={begun.user_code}").status_code == 200
    text = browser.get(f"/device/?code={begun.user_code.lower()}").content.decode()
    for shown in (
        begun.user_code,
        "dok-ws-07",
        "Plan 9",
        "192.0.2.44",
        "different address from this browser",
        own_fingerprint()[:8],
    ):
        assert shown in text
    assert world.oncology.name in text
    assert world.root.name not in text
    assert state_of(begun.user_code) is None


def test_nobody_is_let_in_by_a_link_or_another_site(world: World, browser: Client) -> None:
    begun = begin()
    given = {"code": begun.user_code, "team": str(world.oncology.id), "same": "yes", "decision": "connect"}
    for answer in (browser.get("/device/", given), browser.head("/device/", given)):
        assert answer.status_code == 200
    strict = signed_in(world, "owner", enforce_csrf_checks=True)
    assert strict.post("/device/", given).status_code == 403
    assert Client().post("/device/", given).status_code == 302
    assert state_of(begun.user_code) is None


def test_a_person_connects_a_station(world: World, browser: Client) -> None:
    begun = begin()
    given = {"code": begun.user_code, "team": str(world.oncology.id), "same": "yes", "decision": "connect"}
    page = browser.post("/device/", given, follow=True)
    assert "dok-ws-07 is connected" in page.content.decode()
    station = Station.objects.get(owner=world.people["owner"])
    assert page.redirect_chain == [(f"/fleet/stations/{station.pk}/", 302)], "where it shows when the machine is online"
    assert station.team == world.oncology
    assert browser.post("/device/", given).status_code == 404


def test_a_person_refuses_a_machine(world: World, browser: Client) -> None:
    begun = begin()
    page = browser.post("/device/", {"code": begun.user_code, "decision": "refuse"}, follow=True)
    assert "refused" in page.content.decode()
    assert state_of(begun.user_code) is False


@pytest.mark.parametrize("left_out", ["same", "team"])
def test_nothing_is_decided_by_half_a_form(world: World, browser: Client, left_out: str) -> None:
    begun = begin()
    given = {"code": begun.user_code, "team": str(world.oncology.id), "same": "yes", "decision": "connect"}
    page = browser.post("/device/", {**given, left_out: ""})
    assert page.status_code == 400
    assert begun.user_code in page.content.decode()
    assert state_of(begun.user_code) is None


def test_whoever_is_in_no_team_is_told_so(world: World) -> None:
    begun = begin()
    page = signed_in(world, "viewer").get(f"/device/?code={begun.user_code}")
    assert "You are not in a team" in page.content.decode()


def test_an_unknown_code_is_kept_in_the_form(browser: Client) -> None:
    page = browser.get("/device/?code=BBBB-BBBB")
    assert page.status_code == 404
    assert "BBBB-BBBB" in page.content.decode()


def test_guessing_is_stopped(world: World, browser: Client, settings: Any) -> None:
    for _ in range(settings.FOUNDRY_LOCKOUT_FAILURES):
        browser.get("/device/?code=BBBB-BBBB")
    assert browser.get(f"/device/?code={begin().user_code}").status_code == RateLimited.status


def test_a_form_that_waits_for_a_proof_is_taken_up_again(world: World) -> None:
    world.role("owner", "user")
    begun = begin()
    client = Client()
    client.force_login(world.people["owner"], backend="django.contrib.auth.backends.ModelBackend")
    given = {"code": begun.user_code, "team": str(world.oncology.id), "same": "yes", "decision": "connect"}
    asked = client.post("/device/", given)
    assert asked.status_code == 302
    page = client.post(asked["Location"], {"password": PASSWORD, "next": "/device/"}, follow=True)
    assert "dok-ws-07 is connected" in page.content.decode()
