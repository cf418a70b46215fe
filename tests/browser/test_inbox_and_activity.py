"""The bell, the inbox and the activity of a project, between people with windows of their own."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from drafts.tasks.services import create_task
from notifications.services import mark_all_read
from tests.browser.people import Person, World
from tests.browser.test_accessible import violations
from tests.browser.test_comments_and_tasks import LINE, say_on_line


def bell(page: Page, count: str) -> None:
    """The bell shows a number, or none."""
    if count:
        expect(page.locator(".bell-count")).to_have_text(count)
    else:
        expect(page.locator(".bell-count")).to_have_count(0)


def forget(world: World, *names: str) -> None:
    """What these people were told before the test's story begins is behind them."""
    world.arrange(lambda: [mark_all_read(caller=world.caller(name)) for name in names])


def test_who_is_asked_for_a_field_hears_the_bell_and_who_answers_silences_it(
    person: Callable[..., Person], world: World
) -> None:
    forget(world, "owner", "editor")
    mara, daniel = person("owner"), person("editor")
    mara.at_work()
    daniel.at_work()
    mara.take()
    expect(daniel.badge).to_contain_text("Being edited by")
    daniel.page.get_by_role("button", name="Ask for this field").click()
    daniel.page.get_by_role("dialog").get_by_role("button", name="Ask", exact=True).click()
    bell(mara.page, "1")
    bell(daniel.page, "")

    other = mara.page.context.new_page()
    other.goto(f"{world.url}/inbox/")
    expect(other.locator("[data-unread] h3")).to_have_text("Daniel Okafor wants to edit Prompt")
    other.close()
    mara.page.get_by_role("button", name="Not now").click()
    bell(mara.page, "")


def test_a_mention_leads_to_its_thread(person: Callable[..., Person], world: World) -> None:
    forget(world, "reviewer", "editor")
    priya, daniel = person("reviewer"), person("editor")
    daniel.open("members/")
    priya.at_work()
    say_on_line(priya, LINE, f"@{daniel.user.username}, is this still so?")
    # A page without a socket asks when it is looked at again, and now and then.
    daniel.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    bell(daniel.page, "1")

    daniel.page.get_by_role("link", name="Inbox").click()
    line = daniel.page.locator(".inbox-row[data-unread]")
    expect(line).to_contain_text("Priya Raman mentioned you on Prompt")
    expect(line).to_contain_text("is this still so?")
    line.get_by_role("link").click()
    expect(daniel.page.locator(".thread[data-active]")).to_contain_text("is this still so?")
    bell(daniel.page, "")
    daniel.page.goto(f"{world.url}/inbox/?show=unread")
    expect(daniel.page.get_by_role("heading", name="You're all caught up")).to_be_visible()


def test_a_name_is_completed_after_an_at_sign(person: Callable[..., Person], world: World) -> None:
    priya = person("reviewer")
    page = priya.at_work()
    box = page.get_by_label("Comment", exact=True)
    box.press_sequentially("See @da")
    offered = page.get_by_role("listbox", name="Members to mention").get_by_role("option")
    expect(offered).to_have_count(1)
    expect(offered).to_contain_text("Daniel Okafor")
    box.press("Enter")
    expect(box).to_have_value(f"See @{world.people['editor'].username} ")
    expect(page.get_by_role("listbox")).to_have_count(0)
    box.press_sequentially("and @")
    # Everybody but oneself.
    expect(offered).to_have_count(3)
    box.press("ArrowDown")
    expect(page.locator("#mention-list [aria-selected=true]")).to_have_count(1)
    assert violations(page) == []
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(box).to_be_focused()


def test_everything_is_marked_as_read_by_keyboard(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    daniel.page.goto(f"{world.url}/inbox/")
    bell(daniel.page, "1")
    daniel.page.get_by_role("button", name="Mark all as read").press("Enter")
    expect(daniel.toast("Everything is marked as read")).to_be_visible()
    bell(daniel.page, "")


def test_the_activity_grows_while_one_looks_at_it(person: Callable[..., Person], world: World) -> None:
    priya, daniel = person("reviewer"), person("editor")
    priya.open("activity/")
    daniel.at_work()
    daniel.page.get_by_role("tab", name="Activity").click()
    panel = daniel.page.locator("#panel-activity")
    expect(panel.locator("h3").first).to_contain_text("Mara Lindqvist saved v12")
    world.arrange(
        lambda: create_task(caller=world.caller("owner"), project_id=world.project.id, text="Section numbers")
    )
    for place in (panel, priya.page.locator("#live-body")):
        expect(place.locator("h3").first).to_have_text("Mara Lindqvist added the task Section numbers")
    priya.page.get_by_label("Kind").select_option(label="Members")
    expect(priya.page.locator("#live-body h3").first).to_contain_text("added Sofia Brandt")
    assert "kind=members" in priya.page.url
    priya.page.go_back()
    expect(priya.page.get_by_role("heading", name="Activity", level=1)).to_be_visible()
    expect(priya.page.locator("#live-body h3").first).to_contain_text("Section numbers")
