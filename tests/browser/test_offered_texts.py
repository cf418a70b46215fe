"""Unsaved texts that are offered back: what they are, what consumes them, and what they never replace."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from drafts.reading import get_draft
from locking.models import EndReason, Lease, WorkingCopy
from locking.services import release_lock, take_over_lock
from tests.browser.people import Person, World

OFFERED = "Unsaved changes from"


def kept(world: World, words: str = "") -> bool:
    return WorkingCopy.objects.filter(lease__project=world.project, content__startswith=words).exists()


def backed_up(person: Person) -> None:
    expect(person.page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")


def stop_editing(person: Person) -> None:
    """Give the field back and keep the changes."""
    backed_up(person)
    person.page.get_by_role("button", name="Stop editing").click()
    person.page.get_by_role("dialog").get_by_role("button", name="Stop editing").click()
    person.expect_state("free")


def save(person: Person, version: int) -> None:
    person.text.focus()
    person.page.keyboard.press("ControlOrMeta+s")
    expect(person.toast(f"Saved as v{version}")).to_be_visible()


def save_heading(world: World) -> None:
    """Somebody else saves a version in which the first line differs."""

    def write() -> None:
        writer = world.writer("editor")
        before = get_draft(project_id=world.project.id, version=None).prompt_text or ""
        text = "# Another heading\n" + before.split("\n", 1)[1]
        writer.save({"prompt_text": text}, writer.take(), base=12, release_locks=True)

    world.arrange(write)


def dialog_buttons(dialog: Locator) -> list[str]:
    return [words.strip() for words in dialog.locator(".dialog-foot button:visible").all_inner_texts()]


def test_an_offered_text_says_from_when_and_from_what_it_is(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    mara.at_work()
    mara.write("Put aside. ")
    stop_editing(mara)
    mara.page.reload()
    expect(mara.bar(OFFERED)).to_contain_text("made from v12, 1 line differs.")


def test_a_save_consumes_the_text_that_was_kept_when_the_lock_ended(
    person: Callable[..., Person], world: World
) -> None:
    daniel = person("editor")
    page = daniel.at_work()
    daniel.write("Mine. ")
    backed_up(daniel)

    def take_over_and_stop() -> None:
        mara = world.writer("owner")
        take_over_lock(
            caller=mara.caller,
            project_id=world.project.id,
            session_id=mara.session,
            field="prompt_text",
            reason="Urgent",
        )
        release_lock(caller=mara.caller, project_id=world.project.id, session_id=mara.session, field="prompt_text")

    world.arrange(take_over_and_stop)
    daniel.bar("Mara Lindqvist took over Prompt").get_by_role("button", name="Edit again").click()
    daniel.expect_state("yours")
    save(daniel, 13)
    world.until(lambda: not kept(world))
    page.reload()
    expect(daniel.line("Mine.")).to_be_visible()
    expect(daniel.bar(OFFERED)).to_have_count(0)


def test_a_text_of_a_field_that_has_changed_is_merged_and_replaces_nothing(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.text.click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("My last line")
    mara.expect_state("yours")
    stop_editing(mara)
    save_heading(world)
    page.reload()
    expect(mara.line("Another heading")).to_be_visible()
    bar = mara.bar(OFFERED)
    expect(bar).to_contain_text("made from v12, 2 lines differ.")
    bar.get_by_role("button", name="Review").click()
    dialog = page.get_by_role("dialog", name="Prompt changed since you wrote this.")
    expect(dialog).to_contain_text("You started from v12; v13 was saved meanwhile.")
    dialog.get_by_role("button", name="Use this text").click()
    # The field is theirs before the dialog, which has a text of its own, has gone.
    expect(dialog).to_be_hidden()
    mara.expect_state("yours")
    save(mara, 14)
    text = world.current().prompt_text or ""
    assert text.startswith("# Another heading\n")
    assert text.endswith("My last line")
    world.until(lambda: not kept(world))


def test_an_offered_text_does_not_replace_what_was_written_since(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("Earlier. ")
    stop_editing(mara)
    page.reload()
    expect(mara.bar(OFFERED)).to_be_visible()
    mara.text.click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("Written since")
    mara.expect_state("yours")
    mara.bar(OFFERED).get_by_role("button", name="Review").click()
    dialog = page.get_by_role("dialog", name="Prompt changed since you wrote this.")
    expect(dialog).to_contain_text("You started from v12 and have written something else since. Both are safe.")
    dialog.get_by_role("button", name="Use this text").click()
    expect(dialog).to_be_hidden()
    save(mara, 13)
    text = world.current().prompt_text or ""
    assert text.startswith("Earlier. ")
    assert text.endswith("Written since")


def test_discarding_one_text_keeps_the_others(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("Worth keeping. ")
    stop_editing(mara)
    mara.write("Nonsense. ")
    world.until(lambda: kept(world, "Nonsense. "))
    page.get_by_role("button", name="Stop editing").click()
    page.get_by_text("Discard changes").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop editing").click()
    mara.expect_state("free")
    world.until(lambda: not kept(world, "Nonsense. "))
    assert world.arrange(lambda: kept(world, "Worth keeping. "))


def test_looking_at_unsaved_text_is_no_form(person: Callable[..., Person]) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("Looked at. ")
    page.get_by_role("link", name="Compare with v12").click()
    dialog = page.get_by_role("dialog", name="Your unsaved changes to Prompt")
    expect(dialog.locator(".cm-merge-b")).to_contain_text("Looked at.")
    assert dialog_buttons(dialog) == ["Close"]
    expect(dialog.get_by_role("button", name="Use this")).to_have_count(0)
    dialog.locator(".cm-merge-b .cm-content").click()
    page.keyboard.type("not here ")
    expect(dialog.locator(".cm-merge-b")).not_to_contain_text("not here")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    mara.expect_state("yours")
    expect(mara.line("Looked at.")).to_be_visible()


def test_a_text_is_offered_as_soon_as_the_window_that_wrote_it_is_gone(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("In the first window. ")
    backed_up(mara)
    second = mara.another_tab(f"/projects/{world.project.id}/")
    expect(second.locator(".sheet")).to_have_attribute("data-state", "elsewhere")
    page.close()
    expect(second.locator(".ws-bars .bar", has_text=OFFERED)).to_be_visible(timeout=30_000)
    ended = Lease.objects.filter(project=world.project, end_reason=EndReason.DISCONNECTED)
    assert world.arrange(ended.exists)
