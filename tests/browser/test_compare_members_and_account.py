from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.people import Person


def test_two_versions_are_picked_and_compared(person: Callable[..., Person]) -> None:
    priya = person("reviewer")
    page = priya.open("history/")
    page.get_by_label("Select v9 to compare").check()
    expect(page.get_by_role("button", name="Select a second version")).to_be_disabled()
    page.get_by_label("Select v12 to compare").check()
    page.get_by_label("Select v11 to compare").check()
    expect(page.get_by_label("Select v9 to compare")).not_to_be_checked()
    page.get_by_role("button", name="Compare v11 and v12").click()
    expect(page).to_have_url(re.compile(r"base=11&target=12"))
    page.wait_for_load_state()

    page.keyboard.press("n")
    expect(page.locator("tbody[data-current]")).to_be_in_viewport()
    expect(page.locator("[data-compare-target=number]")).to_have_text("1")
    page.keyboard.press("n")
    page.keyboard.press("p")
    expect(page.locator("[data-compare-target=number]")).to_have_text("1")
    page.get_by_role("link", name="Unified").click()
    expect(page).to_have_url(re.compile(r"view=unified"))
    page.wait_for_load_state()
    page.get_by_label("From version").select_option("9")
    expect(page).to_have_url(re.compile(r"base=9&target=12&view=unified"))


def test_folded_lines_open(person: Callable[..., Person]) -> None:
    priya = person("reviewer")
    page = priya.open("compare/?base=11&target=12")
    folds = page.get_by_role("button", name="unchanged line")
    before = folds.count()
    folds.first.click()
    expect(folds).to_have_count(before - 1)


def test_a_comparison_can_be_passed_on(person: Callable[..., Person]) -> None:
    priya = person("reviewer")
    page = priya.open("compare/?base=9&target=12")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_members_are_added_and_changed_in_dialogs(person: Callable[..., Person]) -> None:
    mara = person("owner")
    mara.expected.append("status of 400")
    page = mara.open("members/")
    jonas = mara.world.people["auditor"]
    page.get_by_role("button", name="Add a member").click()
    page.get_by_label("User name").fill("nobody-like-this")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("No account with this name or e-mail.")
    page.get_by_label("User name").fill(jonas.username)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(mara.toast("Jonas Weber is now a member.")).to_be_visible()
    page.get_by_role("button", name="Change role… of Jonas Weber").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reviewer").check()
    dialog.get_by_label("Reason").fill("Reviews the next release")
    dialog.get_by_role("button", name="Change role").click()
    expect(mara.toast("Role changed.")).to_be_visible()


def test_a_token_is_made_copied_and_revoked(person: Callable[..., Person]) -> None:
    mara = person("owner")
    page = mara.page
    page.goto(f"{mara.world.url}/account/")
    page.get_by_label("Name of the new token").fill("laptop IDE")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_role("status").filter(has_text="it is not shown again")).to_be_visible()
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("fdy_")
    page.get_by_role("button", name="Revoke laptop IDE").click()
    expect(mara.toast("Token revoked. It no longer works.")).to_be_visible()


def test_the_theme_stays_chosen(person: Callable[..., Person]) -> None:
    mara = person("owner")
    page = mara.page
    page.goto(f"{mara.world.url}/account/")
    page.get_by_role("button", name="Dark").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 18, 20)"


def test_the_menu_shows_which_theme_and_density_are_on(person: Callable[..., Person]) -> None:
    mara = person("owner")
    page = mara.open("history/")
    account = page.get_by_role("button", name=f"Account of {mara.user.display_name}")
    account.click()
    on = page.locator(".menu-item:has(.menu-mark:visible)")
    expect(on).to_have_text(["System theme", "Comfortable rows"])
    page.get_by_role("button", name="Dark theme").click()
    page.get_by_role("button", name="Compact rows").click()
    expect(on).to_have_text(["Dark theme", "Compact rows"])
    page.reload()
    account.click()
    expect(on).to_have_text(["Dark theme", "Compact rows"])


def test_the_map_of_versions_opens_at_the_newest_with_its_labels_in_sight(person: Callable[..., Person]) -> None:
    page = person("owner", size=(390, 844)).open("history/")
    chart = page.get_by_role("group", name="Map of versions")
    newest = chart.locator(".map-version").last
    for part in (newest, chart.locator(".map-label").first, chart.locator(".map-key")):
        expect(part).to_be_in_viewport(ratio=1)
    chart.evaluate("map => map.scrollTo({ left: 0 })")
    expect(newest).not_to_be_in_viewport()
    expect(chart.locator(".map-label").first).to_be_in_viewport(ratio=1)
