"""Foundry below a path of a host on which another application has cookies of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.passwords import give_password
from tests.browser.people import Person, World
from tests.browser.server import Server
from tests.browser.test_signing_in import PASSWORD

ROOT = "/tools/foundry"


@pytest.fixture(scope="module")
def server(process_environment: dict[str, str]) -> Iterator[Server]:
    server = Server({**process_environment, "FOUNDRY_URL": f"http://localhost{ROOT}/"})
    server.url += ROOT
    server.start()
    yield server
    server.stop()


def test_a_text_is_saved_below_the_path(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    world.arrange(lambda: give_password(mara.user, PASSWORD))
    page = mara.page
    # What another application at the host has set there.
    names = ("sessionid", "csrftoken")
    page.context.add_cookies([{"name": name, "value": "another", "domain": "localhost", "path": "/"} for name in names])
    page.goto(world.address)
    page.get_by_label("User name").fill(mara.user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(world.address)

    expect(page.locator(".ws[data-line='live']")).to_be_visible()
    mara.write("Below the path. ")
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v13")).to_be_visible()
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("v13").first).to_be_visible()

    page.get_by_role("button", name=f"Account of {mara.user.display_name}").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    ours = [cookie for cookie in page.context.cookies() if cookie.get("name") not in names]
    assert {cookie.get("path") for cookie in ours} == {f"{ROOT}/"}
    page.get_by_role("button", name=f"Account of {mara.user.display_name}").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{world.url}/accounts/login/")
