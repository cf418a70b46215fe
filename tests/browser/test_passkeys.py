"""Passkeys with a virtual authenticator of Chromium: added, and signing in alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.passwords import give_password
from tests.browser.people import Person, World


def hold_a_key(page: Page) -> None:
    """Give this window a device whose owner always shows a finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


PASSWORD = "lantern-orbit-43"


def signed_in_by_password(somebody: Person, world: World) -> Page:
    """At a browser."""
    world.arrange(lambda: give_password(somebody.user, PASSWORD))
    somebody.sign_out()
    sign_in(somebody, world)
    expect(somebody.page).to_have_url(f"{world.url}/projects/")
    return somebody.page


def sign_in(somebody: Person, world: World) -> None:
    page = somebody.page
    page.goto(f"{world.url}/accounts/login/")
    page.get_by_label("User name").fill(somebody.user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def add_a_passkey(page: Page, world: World, name: str, *, is_proven: bool = False) -> None:
    """From the account page to the recovery codes; who has not just proved themselves is asked to on the way."""
    page.goto(f"{world.url}/account/")
    page.get_by_role("link", name="Add a passkey…").click()
    if not is_proven:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    # The suggested name is selected: what is typed takes its place.
    expect(page.get_by_label("Name of the device")).to_be_focused()
    # The page's script selects the name that is proposed.
    expect(page.get_by_label("Name of the device")).to_have_js_property("selectionEnd", len("Passkey"))
    page.keyboard.type(name)
    expect(page.get_by_label("Name of the device")).to_have_value(name)
    page.get_by_role("button", name="Add passkey…").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_a_passkey_is_added_and_signs_in_alone(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = signed_in_by_password(mara, world)
    hold_a_key(page)
    add_a_passkey(page, world, "Mara’s laptop")
    assert len(re.findall(r"\d{8}", page.locator(".code-list").inner_text())) == 10
    page.get_by_role("link", name="Back to your account").click()
    expect(page.get_by_role("heading", name="Mara’s laptop")).to_be_visible()

    mara.sign_out()
    page.goto(f"{world.url}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{world.url}/projects/")


def test_a_password_then_asks_for_the_passkey_too(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = signed_in_by_password(mara, world)
    hold_a_key(page)
    add_a_passkey(page, world, "laptop")
    mara.sign_out()
    sign_in(mara, world)
    expect(page.get_by_role("heading", name="Two-step sign-in")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{world.url}/projects/")


def test_an_app_for_codes_shows_its_picture(person: Callable[..., Person], world: World) -> None:
    page = signed_in_by_password(person("owner"), world)
    page.goto(f"{world.url}/accounts/factors/codes/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    picture = page.get_by_role("img", name="QR code of the key below")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 0
