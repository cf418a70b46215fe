"""A directive from form to quorum to a real station: paused, resumed, changed and rolled back, all of it seen live."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from publishing.models import Release
from stages.fleet.models import Team
from tests.browser.people import Person, World
from tests.browser.signers import sign
from tests.browser.test_accessible import in_both_themes
from tests.fleet.browser.conftest import StationProcess

TITLE = "Protocol assistant"


def choose_field(page: Page) -> None:
    """Choose the prompt of the newest release that is offered."""
    option = page.locator("#directive-field option", has_text="Prompt").first
    page.locator("#directive-field").select_option(value=option.get_attribute("value"))


def ask_for_directive(page: Page, world: World, team: Team) -> None:
    page.goto(f"{world.url}/fleet/directives/new/")
    page.get_by_label("Title", exact=True).fill(TITLE)
    with page.expect_navigation():
        page.get_by_label("Team", exact=True).select_option(label=team.name)
    expect(page.get_by_label("Title", exact=True)).to_have_value(TITLE)
    choose_field(page)
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_text("Someone else must decide: nobody can approve their own request.")).to_be_visible()


def approve(page: Page) -> None:
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".badge", has_text="Accepted")).to_be_visible()


def freeze_second(world: World) -> str:
    """Have the second release of the project signed to its end; its name."""
    second = Release.objects.get(project=world.project, name="1.1.0")
    sign(world, second, "reviewed", "reviewer")
    sign(world, second, "approved", "approver")
    return second.name


def connect(station: StationProcess, page: Page, world: World, team: Team) -> None:
    """Sign a machine in, confirmed by somebody in the browser, and let it work."""
    station.start("login", world.url)
    said = station.said("compare the code")
    address = re.search(r"Open (\S+)", said)
    assert address is not None
    page.goto(address[1])
    page.get_by_label("Team").select_option(label=team.name)
    page.get_by_label("The code and site key match those on the machine").check()
    page.get_by_role("button", name="Connect station").click()
    station.said("Signed in")
    station.run("watch", str(station.repository))
    station.start("run")


def test_a_directive_reaches_a_station_is_kept_there_until_it_is_paused(
    person: Callable[..., Person], world: World, oncology: Team, station: StationProcess
) -> None:
    mara, priya, daniel = person("owner"), person("reviewer"), person("editor")
    ask_for_directive(mara.page, world, oncology)
    priya.page.goto(mara.page.url)
    found = {"request": in_both_themes(priya.page)}
    approve(priya.page)
    expect(mara.page.locator(".badge", has_text="Accepted")).to_be_visible()
    station.file.write_text("My own line.\n")
    connect(station, daniel.page, world, oncology)

    station.until(lambda: "FOUNDRY MANAGED" in station.file.read_text(), "The section")
    mara.page.goto(f"{world.url}/fleet/directives/")
    mara.page.get_by_role("link", name=TITLE).click()
    expect(mara.page.locator(".coverage-words").first).to_have_text("1 in place")
    found["directive"] = in_both_themes(mara.page)

    kept = station.file.read_text()
    station.file.write_text(kept.replace(TITLE, "Something else"))
    station.until(lambda: station.file.read_text() == kept, "The text as it was")
    priya.page.goto(f"{world.url}/fleet/reports/")
    expect(priya.page.locator(".report-line", has_text="Change reverted")).to_be_visible()

    mara.page.get_by_role("link", name="Pause…").click()
    mara.page.get_by_label("Reason").fill("The release is in doubt.")
    mara.page.get_by_role("button", name="Pause it").click()
    expect(mara.page.locator(".badge", has_text="Paused")).to_be_visible()
    expect(mara.page.locator(".coverage-words").first).to_have_text("1 station keeps what it has")
    station.until(lambda: "paused" in station.run("status"), "The station knows that it is paused")
    station.file.write_text(kept.replace(TITLE, "Something else"))
    expect(priya.page.locator(".report-line", has_text="Change reported")).to_be_visible()
    assert "Something else" in station.file.read_text()
    mara.page.get_by_role("link", name="Resume…").click()
    mara.page.get_by_label("Reason").fill("The release is right.")
    mara.page.get_by_role("button", name="Resume it").click()
    station.until(lambda: station.file.read_text() == kept, "The text as it was")
    assert {path: words for path, words in found.items() if words} == {}


def test_a_new_release_rolls_out_and_is_rolled_back_with_a_reason(
    person: Callable[..., Person], world: World, oncology: Team, station: StationProcess
) -> None:
    second = world.arrange(lambda: freeze_second(world))
    mara, priya, daniel = person("owner"), person("reviewer"), person("editor")
    ask_for_directive(mara.page, world, oncology)
    priya.page.goto(mara.page.url)
    approve(priya.page)
    connect(station, daniel.page, world, oncology)
    newer = f"{TITLE} · release {second}"
    station.until(lambda: station.file.exists() and newer in station.file.read_text(), "The newer release")
    kept = station.file.read_text()

    mara.page.goto(f"{world.url}/fleet/directives/")
    mara.page.get_by_role("link", name=TITLE).click()
    mara.page.get_by_role("link", name="Change…").click()
    option = mara.page.locator("#directive-field option", has_text="Prompt").last
    mara.page.locator("#directive-field").select_option(value=option.get_attribute("value"))
    mara.page.get_by_role("button", name="Ask for approval").click()
    expect(mara.page.get_by_text("nobody can approve their own request")).to_be_visible()
    priya.page.goto(mara.page.url)
    mara.page.get_by_role("link", name="The directive").click()
    approve(priya.page)
    station.until(lambda: f"{TITLE} · release 1.0.0" in station.file.read_text(), "The other release")
    expect(mara.page.locator(".fleet-facts b")).to_have_text("1.0.0")
    expect(mara.page.locator(".coverage-words").first).to_have_text("1 in place")

    mara.page.get_by_role("link", name="Roll back…").first.click()
    mara.page.get_by_label("Reason").fill("The other one is right.")
    mara.page.get_by_role("button", name="Roll back").click()
    station.until(lambda: station.file.read_text() == kept, "The release that it had before")
    expect(mara.page.locator(".fleet-facts b")).to_have_text(second)
