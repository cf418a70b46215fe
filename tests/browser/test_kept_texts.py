from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from locking.models import WorkingCopy
from locking.services import take_over_lock
from tests.browser.people import Person, World
from tests.browser.server import Server


def kept(world: World, words: str) -> bool:
    return WorkingCopy.objects.filter(lease__project=world.project, content__startswith=words).exists()


def test_a_reload_brings_back_what_was_not_saved(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("Half a sentence")
    world.until(lambda: kept(world, "Half a sentence"))
    page.reload()
    expect(mara.line("Half a sentence")).to_be_visible()
    mara.expect_state("yours")
    expect(page.get_by_role("button", name="Save as v13").first).to_be_enabled()
    mara.text.focus()
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v13")).to_be_visible()
    world.until(lambda: not kept(world, ""))


def test_cancel_says_what_happens_and_offers_the_text_again(person: Callable[..., Person], world: World) -> None:
    mara, daniel = person("owner"), person("editor")
    page = mara.at_work()
    daniel.at_work()
    mara.write("Put aside. ")
    page.get_by_role("button", name="Stop editing").click()
    expect(page.get_by_role("dialog")).to_contain_text("You have 1 unsaved line.")
    page.get_by_role("dialog").get_by_role("button", name="Stop editing").click()
    daniel.expect_state("free")
    expect(page.locator(".cm-line", has_text="Put aside.")).to_have_count(0)

    page.reload()
    expect(mara.bar("Unsaved changes from")).to_be_visible()
    page.get_by_role("button", name="Review").click()
    expect(page.locator(".cm-merge-b")).to_contain_text("Put aside.")
    page.get_by_role("button", name="Use this text").click()
    mara.expect_state("yours")
    expect(mara.line("Put aside.")).to_be_visible()
    # The field is theirs before the dialog, which has a text of its own, has gone; until then it has the keys.
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v13")).to_be_visible()
    world.until(lambda: not kept(world, ""))


def test_what_somebody_saves_meanwhile_is_offered_no_more(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("Put aside. ")
    page.get_by_role("button", name="Stop editing").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop editing").click()
    mara.expect_state("free")
    page.reload()
    expect(mara.bar("Unsaved changes from")).to_be_visible()

    def save_the_same() -> None:
        daniel = world.writer("editor")
        text = WorkingCopy.objects.get(lease__project=world.project).content
        daniel.save({"prompt_text": text}, daniel.take(), base=12, release_locks=True)

    world.arrange(save_the_same)

    expect(mara.line("Put aside.")).to_be_visible()
    expect(mara.bar("Unsaved changes from")).to_have_count(0)


def test_dropped_text_is_gone_for_good(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("Nonsense. ")
    page.get_by_role("button", name="Stop editing").click()
    page.get_by_text("Discard changes").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop editing").click()
    expect(mara.toast("Prompt is available again.")).to_be_visible()
    expect(page.locator(".cm-line", has_text="Nonsense.")).to_have_count(0)
    world.until(lambda: not kept(world, ""))


def test_kept_changes_are_discarded_after_a_question_in_the_page(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("Nonsense. ")
    page.get_by_role("button", name="Stop editing").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop editing").click()
    mara.expect_state("free")
    page.reload()
    for answer in ("Keep them", "Discard them"):
        mara.bar("Unsaved changes from").get_by_role("button", name="Discard…").click()
        dialog = page.get_by_role("dialog", name="Discard your changes?")
        expect(dialog.get_by_role("button", name="Keep them")).to_be_focused()
        world.until(lambda: kept(world, "Nonsense. "))
        dialog.get_by_role("button", name=answer).click()
        expect(dialog).to_be_hidden()
    expect(mara.bar("Unsaved changes from")).to_have_count(0)
    # The button that asked is gone with its bar.
    expect(mara.text).to_be_focused()
    world.until(lambda: not kept(world, ""))


def test_who_loses_a_field_keeps_the_text_and_chooses(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    page = daniel.at_work()
    daniel.write("Mine. ")
    expect(page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")

    def take_over_and_save() -> None:
        mara = world.writer("owner")
        lock = take_over_lock(
            caller=mara.caller,
            project_id=world.project.id,
            session_id=mara.session,
            field="prompt_text",
            reason="Urgent",
        )
        mara.save({"prompt_text": f"Theirs.\n{world.project.name}\n"}, lock, base=12, release_locks=True)

    world.arrange(take_over_and_save)
    expect(daniel.bar("Mara Lindqvist saved Prompt as v13 while you had unsaved changes")).to_be_visible()
    expect(daniel.line("Mine.")).to_be_visible()
    page.get_by_role("button", name="Review").click()
    dialog = page.get_by_role("dialog", name="Prompt changed while you were editing.")
    expect(dialog).to_contain_text("You started from v12; Mara Lindqvist saved v13.")
    expect(dialog).to_contain_text("changed in both")
    expect(dialog.locator("[data-side=theirs] h4")).to_contain_text("Current")
    expect(dialog.locator("[data-side=theirs] pre")).to_contain_text("Theirs.")
    expect(dialog.locator("[data-side=yours] pre")).to_contain_text("Mine.")
    expect(dialog.get_by_role("button", name="Use this text")).to_be_disabled()
    page.keyboard.press("3")
    expect(dialog.locator(".three-way-row").first).to_contain_text("Took yours")
    expect(dialog.locator(".cm-content")).to_contain_text("Mine.")
    dialog.get_by_role("button", name="Use this text").click()
    daniel.expect_state("yours")
    expect(daniel.line("Mine.")).to_be_visible()
    page.keyboard.press("ControlOrMeta+s")
    expect(daniel.toast("Saved as v14")).to_be_visible()
    assert "Mine. " in (world.current().prompt_text or "")


def test_an_owner_takes_over_for_a_reason(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor")
    page = mara.at_work()
    daniel.at_work()
    daniel.write("Unfinished. ")
    page.get_by_role("button", name="Take over…").click()
    page.get_by_label("Reason").fill("Daniel left for the day")
    page.get_by_role("button", name="Take over", exact=True).click()
    mara.expect_state("yours")
    expect(
        daniel.bar("Mara Lindqvist took over Prompt: “Daniel left for the day”. You see your own text, which is safe.")
    ).to_be_visible()
    expect(daniel.line("Unfinished.")).to_be_visible()


def test_a_field_is_asked_for_and_handed_over(person: Callable[..., Person], world: World) -> None:
    mara, daniel = person("owner"), person("editor")
    mara.at_work()
    daniel.at_work()
    mara.write("Before handing over. ")
    asking = mara.bar("Daniel Okafor wants to edit Prompt")
    for message in ("", "Only line 3"):
        daniel.page.get_by_role("button", name="Ask for this field").click()
        dialog = daniel.page.get_by_role("dialog", name="Ask Mara Lindqvist for Prompt?")
        dialog.get_by_label("Message").fill(message)
        dialog.get_by_role("button", name="Ask", exact=True).click()
        expect(asking).to_contain_text("You have unsaved changes.")
        if message:
            expect(asking).to_contain_text("“Only line 3”")
        else:
            daniel.page.get_by_role("button", name="Withdraw").click()
            expect(asking).to_be_hidden()
    mara.page.get_by_role("button", name="Save and hand over").click()
    daniel.expect_state("yours")
    expect(daniel.line("Before handing over.")).to_be_visible()
    mara.expect_state("theirs")
    assert (world.current().prompt_text or "").startswith("Before handing over.")


def test_the_page_catches_up_after_the_server_was_away(
    person: Callable[..., Person], world: World, server: Server
) -> None:
    mara = person("owner")
    mara.expected += ["WebSocket connection to", "ERR_CONNECTION_REFUSED", "Failed to load resource"]
    page = mara.at_work()
    mara.write("Written before the server went. ")
    expect(page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")
    server.stop()
    try:
        expect(mara.bar("Offline. Read-only. Your text is safe in this tab.")).to_be_visible()
        expect(mara.text).to_have_attribute("contenteditable", "false")

        def save_topology() -> None:
            writer = world.writer("editor")
            change = {"files/topology.yaml": {"language": "yaml", "content": "nodes: []\n"}}
            writer.save(change, writer.take("files/topology.yaml"), base=12, release_locks=True)

        world.arrange(save_topology)
    finally:
        server.start()
    expect(mara.bar("Offline")).to_be_hidden()
    expect(page.locator(".topbar .badge")).to_contain_text("Draft v13")
    mara.expect_state("yours")
    expect(mara.line("Written before the server went.")).to_be_visible()
    mara.text.focus()
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v14")).to_be_visible()
