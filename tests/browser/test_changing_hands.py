"""Fields that change hands: from one window to another, taken over for a reason, watched and followed."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from drafts.reading import get_draft
from locking.models import WorkingCopy
from tests.browser.people import Person, World


def backed_up(person: Person) -> None:
    expect(person.page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")


def test_a_person_continues_in_another_window_with_what_they_wrote(person: Callable[..., Person], world: World) -> None:
    here, there = person("owner"), person("owner")
    here.at_work()
    there.at_work()
    here.write("From the first window. ")
    expect(there.line("From the first window. ")).to_be_visible()
    there.page.get_by_role("button", name="Continue here").click()
    there.expect_state("yours")
    expect(there.line("From the first window. ")).to_be_visible()
    expect(here.toast("You went on editing Prompt in another window.")).to_be_visible()
    here.expect_state("elsewhere")
    there.write("And the second. ")
    # Between them stands the name of who writes.
    expect(here.line("And the second. ").and_(here.line("From the first window. "))).to_be_visible()
    there.page.keyboard.press("ControlOrMeta+s")
    expect(there.toast("Saved as v13")).to_be_visible()
    assert (world.current().prompt_text or "").startswith("And the second. From the first window. ")
    world.until(lambda: not WorkingCopy.objects.filter(lease__project=world.project).exists())
    expect(here.page.locator(".ws-bars .bar")).to_have_count(0)


def take_over(person: Person, reason: str) -> None:
    person.page.get_by_role("button", name="Take over…").click()
    person.page.get_by_label("Reason").fill(reason)
    person.page.get_by_role("button", name="Take over", exact=True).click()
    person.expect_state("yours")


def test_who_is_overruled_reads_why_and_goes_on_to_the_current_text(
    person: Callable[..., Person], world: World
) -> None:
    mara, daniel = person("owner"), person("editor")
    mara.at_work()
    page = daniel.at_work()
    daniel.write("Unfinished. ")
    backed_up(daniel)
    take_over(mara, "Daniel left for the day")
    bar = daniel.bar("Mara Lindqvist took over Prompt: “Daniel left for the day”.")
    expect(bar).to_contain_text("You see your own text, which is safe.")
    expect(bar.get_by_role("button", name="Edit again")).to_be_hidden()
    expect(page.locator("[data-foot-target=reading]")).to_contain_text("Your own text, not saved.")
    mara.write("Hers. ")
    bar.get_by_role("button", name="Watch").click()
    expect(daniel.line("Hers. ")).to_be_visible()
    offered = daniel.bar("Unsaved changes from")
    expect(offered).to_contain_text("Mara Lindqvist took over Prompt: “Daniel left for the day”.")
    offered.get_by_role("button", name="Review").click()
    dialog = page.get_by_role("dialog", name="Your unsaved changes to Prompt")
    expect(dialog.locator(".cm-merge-b")).to_contain_text("Unfinished.")
    expect(dialog.get_by_role("button", name="Use this text")).to_be_hidden()
    dialog.get_by_role("button", name="Close").click()

    page.goto(f"{world.url}/inbox/")
    expect(page.get_by_text("took over Prompt from you")).to_be_visible()
    expect(page.get_by_text("Daniel left for the day")).to_be_visible()


def test_who_only_looked_is_told_why_the_field_is_gone(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor")
    mara.at_work()
    daniel.keep_notes()
    daniel.at_work()
    daniel.take()
    take_over(mara, "Urgent")
    expect(daniel.toast("Mara Lindqvist took over Prompt: “Urgent”.")).to_be_visible()


def scrolled(page: Page) -> float:
    return float(page.evaluate("document.querySelector('.cm-scroller').scrollTop"))


def save_long_text(world: World) -> None:
    def write() -> None:
        writer = world.writer("owner")
        text = (get_draft(project_id=world.project.id, version=None).prompt_text or "") + "line\n" * 300
        writer.save({"prompt_text": text}, writer.take(), base=12, release_locks=True)

    world.arrange(write)


def test_a_writer_is_followed_until_the_reader_scrolls(person: Callable[..., Person], world: World) -> None:
    save_long_text(world)
    mara, daniel = person("owner"), person("editor")
    page = mara.at_work()
    daniel.at_work()
    daniel.text.click()
    daniel.page.keyboard.press("ControlOrMeta+End")
    daniel.page.keyboard.type("At the end. ")
    reading = page.locator("[data-foot-target=reading]")
    expect(reading).to_contain_text("Daniel Okafor writes in line 3")
    assert scrolled(page) == 0
    follow = page.locator("[data-foot-target=follow]")
    follow.click()
    expect(follow).to_have_text("Stop following")
    expect(mara.line("At the end.")).to_be_in_viewport()
    # In another field, where the writer goes on.
    daniel.page.get_by_role("treeitem", name="topology.yaml").click()
    expect(daniel.page.locator("h1")).to_have_text("topology.yaml")
    daniel.text.click()
    daniel.page.keyboard.type("#")
    daniel.expect_state("yours")
    expect(page.locator("h1")).to_have_text("topology.yaml")
    expect(follow).to_have_text("Stop following")
    page.keyboard.press("Escape")
    expect(follow).to_have_text("Follow")
