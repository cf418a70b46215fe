"""What is begun in a composer or a dialog is there again after a reload and in another browser, until it is sent."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from drafts.unsent.models import UnsentText
from tests.browser.people import Person, World
from tests.browser.test_comments_and_tasks import LINE, say_on_line, tab


def kept(world: World) -> dict[str, str]:
    texts = UnsentText.objects.filter(project=world.project).values_list("place", "text")
    return {place.split(":")[0]: text for place, text in texts}


def test_a_comment_and_a_task_survive_a_reload_and_another_browser(person: Callable[..., Person], world: World) -> None:
    priya = person("reviewer")
    page = priya.at_work()
    composer = page.get_by_label("Comment", exact=True)
    composer.fill("This sentence is")
    tab(page, "Tasks")
    page.get_by_label("New task").fill("Ask whether")
    world.until(lambda: kept(world) == {"comment": "This sentence is", "task": "Ask whether"})

    elsewhere = person("reviewer")
    there = elsewhere.at_work()
    expect(there.get_by_label("Comment", exact=True)).to_have_value("This sentence is")
    expect(there.locator("[data-comments-target=submit]")).to_be_visible()
    other = person("editor")
    expect(other.at_work().get_by_label("Comment", exact=True)).to_have_value("")

    page.reload()
    page.get_by_label("New task").press("Enter")
    expect(page.locator(".task", has_text="Ask whether")).to_be_visible()
    expect(page.get_by_label("New task")).to_have_value("")
    tab(page, "Comments")
    expect(composer).to_have_value("This sentence is")
    composer.press("End")
    page.keyboard.type(" too long.")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".thread", has_text="This sentence is too long.")).to_be_visible()
    expect(composer).to_have_value("")
    world.until(lambda: kept(world) == {})


def test_a_reply_and_a_reason_are_kept_apart_and_go_on_where_they_were(
    person: Callable[..., Person], world: World
) -> None:
    priya, mara = person("reviewer"), person("owner")
    priya.at_work()
    say_on_line(priya, LINE, "Cite the source.")
    expect(priya.page.locator(".thread")).to_have_count(1)
    page = mara.at_work()
    thread = page.locator(".thread", has_text="Cite the source.")
    composer = page.get_by_label("Comment", exact=True)
    thread.click()
    thread.get_by_role("button", name="Reply").click()
    composer.fill("We do, in")
    thread.get_by_role("button", name="Withdraw…").click()
    page.locator("#withdraw-reason").fill("Written by")
    world.until(lambda: kept(world) == {"reply": "We do, in", "withdraw": "Written by"})

    page.reload()
    expect(page.locator("[data-comments-target=about]")).to_contain_text("Reply to Priya Raman")
    expect(composer).to_have_value("We do, in")
    page.get_by_role("button", name="Cancel reply").click()
    expect(composer).to_have_value("")
    thread.click()
    thread.get_by_role("button", name="Reply").click()
    expect(composer).to_have_value("We do, in")
    composer.fill("We do, in the annex.")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".thread-reply")).to_contain_text("We do, in the annex.")
    thread.get_by_role("button", name="Withdraw…").last.click()
    expect(page.locator("#withdraw-reason")).to_have_value("Written by")
    page.locator("#withdraw-reason").fill("Written by mistake")
    page.get_by_role("button", name="Withdraw", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    world.until(lambda: kept(world) == {})


def test_the_message_of_a_save_is_there_again_and_goes_with_the_save(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("Clearer. ")
    page.keyboard.press("ControlOrMeta+Shift+s")
    page.locator("#save-message").fill("Says what")
    world.until(lambda: kept(world) == {"save": "Says what"})
    expect(page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")

    page.reload()
    expect(page.get_by_role("button", name="Save as v13").first).to_be_enabled()
    mara.text.focus()
    page.keyboard.press("ControlOrMeta+Shift+s")
    expect(page.locator("#save-message")).to_have_value("Says what")
    page.get_by_role("dialog").get_by_role("button", name="Save as v13").click()
    expect(mara.toast("Saved as v13")).to_be_visible()
    assert world.current().message == "Says what"
    world.until(lambda: kept(world) == {})
