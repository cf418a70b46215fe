"""Two people at one browser, one after the other: a page acts for the account that opened it, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from locking.models import Lease, WorkingCopy
from tests.browser.people import Person, World

# 403: what a page keeps by itself may be on its way while the CSRF cookie of the other account is not there yet.
FOREIGN = r"409 \(Conflict\)|401 \(Unauthorized\)|403 \(Forbidden\)"


def kept_of(world: World, name: str) -> list[str]:
    copies = WorkingCopy.objects.filter(lease__project=world.project, lease__user=world.people[name])
    return list(copies.values_list("content", flat=True))


def sign_out_elsewhere(daniel: Person) -> Page:
    """In a second tab of the same browser."""
    tab = daniel.another_tab("/accounts/logout/")
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    return tab


def test_a_tab_does_not_go_on_under_another_person(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    daniel.expected.append(FOREIGN)
    page = daniel.at_work()
    daniel.write("Written by Daniel. ")
    world.until(lambda: any(text.startswith("Written by Daniel. ") for text in kept_of(world, "editor")))
    tab = sign_out_elsewhere(daniel)
    expect(daniel.bar("You are signed out.")).to_be_visible()
    expect(page.locator(".bar:visible")).to_have_count(1)
    daniel.becomes("owner")
    tab.goto(f"{world.url}/projects/")

    # No key was touched in the first tab.
    owner, editor = world.people["owner"], world.people["editor"]
    bar = daniel.bar(f"You are signed in as {owner.display_name} in this browser.")
    expect(bar).to_contain_text(f"This page was opened by {editor.display_name}.")
    expect(bar.get_by_role("link", name="Reload")).to_be_visible()
    expect(page.locator(".account-button")).to_be_hidden()
    expect(page.locator(".bar:visible")).to_have_count(1)
    expect(daniel.text).to_have_attribute("contenteditable", "false")
    expect(daniel.line("Written by Daniel.")).to_be_visible()
    page.get_by_role("button", name="Copy the text").click()
    expect(daniel.toast("Your text is copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("Written by Daniel. ")
    page.keyboard.press("ControlOrMeta+s")
    assert world.current().version_number == 12
    assert world.arrange(lambda: kept_of(world, "owner")) == []
    assert world.arrange(lambda: kept_of(world, "editor"))[0].startswith("Written by Daniel. ")
    assert not world.arrange(
        lambda: Lease.objects.filter(project=world.project, user=owner).exclude(end_reason="saved").exists()
    )


def test_the_same_person_who_signs_in_again_goes_on(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    daniel.expected.append(FOREIGN)
    page = daniel.at_work()
    daniel.write("Half a thought. ")
    world.until(lambda: any(text.startswith("Half a thought. ") for text in kept_of(world, "editor")))
    tab = sign_out_elsewhere(daniel)
    expect(daniel.bar("You are signed out.")).to_be_visible()
    daniel.becomes("editor")
    tab.goto(f"{world.url}/projects/")
    expect(page.locator(".ws[data-line='live']")).to_be_visible()
    expect(page.locator(".page-bars .bar")).to_have_count(0)
    daniel.expect_state("yours")
    daniel.text.focus()
    page.keyboard.press("ControlOrMeta+s")
    expect(daniel.toast("Saved as v13")).to_be_visible()
    assert world.current().author_id == world.people["editor"].id


def test_what_was_typed_into_another_account_s_page_stays_and_is_not_sent(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    mara.expected.append(FOREIGN)
    page = mara.open("settings/")
    page.get_by_label("Description").fill("What Mara typed")
    mara.becomes("editor")
    # The page has not heard of it; the server refuses.
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_role("heading", name="Another account is signed in")).to_be_visible()
    expect(page.get_by_role("textbox", name="Description")).to_have_value("What Mara typed")
    world.arrange(world.project.refresh_from_db)
    assert world.project.description != "What Mara typed"


def test_htmx_sends_nothing_for_another_account(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    mara.expected.append(FOREIGN)
    page = mara.at_work()
    page.get_by_role("tab", name="Tasks").click()
    box = page.get_by_label("New task", exact=True)
    box.fill("Typed by Mara")
    mara.becomes("editor")
    box.press("Enter")
    expect(page.locator(".page-bars .bar")).to_contain_text("You are signed in as")
    expect(box).to_have_value("Typed by Mara")
