from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.browser.people import Person, World


def test_one_writes_the_other_watches_and_both_have_the_new_version(
    person: Callable[..., Person], world: World
) -> None:
    mara, daniel = person("owner"), person("editor", scheme="dark")
    mara.at_work()
    daniel.at_work()

    mara.take()
    expect(mara.badge).to_contain_text("You are editing · since")
    expect(daniel.badge).to_contain_text("Being edited by Mara Lindqvist · since")
    daniel.expect_state("theirs")
    expect(daniel.page.locator(".projectbar .person")).to_contain_text("editing Prompt")

    expect(daniel.text).to_have_attribute("contenteditable", "false")
    daniel.text.click()
    daniel.page.keyboard.type("This must not appear")
    expect(daniel.page.locator(".cm-line", has_text="This must not appear")).to_have_count(0)

    daniel.page.evaluate("window.sameDocument = true")
    mara.write("Answer in the language of the question.\n")
    mara.page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v13")).to_be_visible()
    expect(daniel.line("Answer in the language of the question.")).to_be_visible()
    expect(daniel.page.locator(".topbar .badge")).to_contain_text("Draft v13")
    expect(daniel.page.locator(".panel-row").first).to_contain_text("v13")
    expect(daniel.page.locator("[data-controller=announcer]")).to_contain_text("Mara Lindqvist saved version 13")
    assert daniel.page.evaluate("window.sameDocument") is True
    assert (world.current().prompt_text or "").startswith("Answer in the language of the question.\n")

    mara.page.get_by_role("button", name="Stop editing").click()
    daniel.expect_state("free")
    daniel.take()
    mara.expect_state("theirs")


def test_reading_takes_no_field_and_the_first_key_does(person: Callable[..., Person], world: World) -> None:
    mara, daniel = person("owner"), person("editor")
    before = world.current().prompt_text
    sent: list[str] = []
    mara.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    page = mara.at_work()
    daniel.at_work()
    mara.text.click()
    mara.line("Never compute").click(click_count=3)
    mara.text.focus()
    for key in ("Tab", "Shift+Tab"):
        page.keyboard.press(key)
        expect(mara.text).not_to_be_focused()
        mara.text.focus()
    mara.expect_state("free")
    assert sent != []
    assert [frame for frame in sent if "lock.acquire" in frame] == []

    # The lock is on its way while the second key is pressed already.
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.type("Quick. ")
    expect(daniel.line("Quick. ")).to_be_visible()
    daniel.expect_state("theirs")
    page.keyboard.press("Tab")
    expect(mara.text).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(mara.text).not_to_be_focused()
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v13")).to_be_visible()
    assert world.current().prompt_text == f"Quick. {before}"


def test_two_people_save_different_fields_at_once(person: Callable[..., Person], world: World) -> None:
    mara, daniel = person("owner"), person("editor")
    before = world.current()
    mara.at_work()
    daniel.at_work(field="files/topology.yaml")
    mara.write("First.\n")
    daniel.write("# Second\n")
    mara.page.keyboard.press("ControlOrMeta+s")
    expect(daniel.bar("Mara Lindqvist saved v13. Your field did not change.")).to_be_visible()
    daniel.page.keyboard.press("ControlOrMeta+s")
    expect(daniel.toast("Saved as v14")).to_be_visible()
    expect(mara.toast("Daniel Okafor saved v14")).to_be_visible()
    draft = world.current()
    assert draft.version_number == 14
    assert draft.fields["files/topology.yaml"].sha256 != before.fields["files/topology.yaml"].sha256
    assert (draft.prompt_text or "").startswith("First.\n")


def test_a_panel_has_an_address_and_back_works(person: Callable[..., Person]) -> None:
    mara = person("owner")
    page = mara.at_work()
    page.get_by_role("tab", name="History").click()
    page.get_by_role("treeitem", name="topology.yaml").click()
    expect(page).to_have_url(re.compile(r"\?panel=history&field=files%2Ftopology.yaml$"))
    page.reload()
    expect(page.get_by_role("tab", name="History")).to_have_attribute("aria-selected", "true")
    expect(page.locator("h1")).to_have_text("topology.yaml")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Prompt")
    page.go_back()
    expect(page.get_by_role("tab", name="Comments")).to_have_attribute("aria-selected", "true")


def test_two_windows_of_one_person_exclude_each_other(person: Callable[..., Person]) -> None:
    here, there = person("owner"), person("owner")
    here.at_work()
    there.at_work()
    here.take()
    expect(there.badge).to_contain_text("You, in another window")
    there.expect_state("elsewhere")


def test_a_viewer_reads_and_is_offered_nothing_to_write(person: Callable[..., Person]) -> None:
    priya = person("reviewer")
    priya.at_work()
    priya.expect_state("reading")
    expect(priya.badge).to_contain_text("Read-only")
    expect(priya.text).to_have_attribute("contenteditable", "false")
    expect(priya.page.get_by_role("button", name="Save")).to_have_count(0)
    expect(priya.page.get_by_role("button", name="New file")).to_have_count(0)


def test_everything_is_written_by_keyboard_alone(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("h1")).to_have_text("Model configuration")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("h1")).to_have_text("Prompt")
    mara.text.focus()
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.type("By keyboard.\n")
    mara.expect_state("yours")
    # Escape lets Tab leave the text.
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(mara.text).not_to_be_focused()
    page.get_by_role("button", name="Save with a message…").first.press("Enter")
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    page.keyboard.type("Made without a mouse")
    page.get_by_role("dialog").get_by_role("button", name="Save as v13").press("Enter")
    expect(mara.toast("Saved as v13")).to_be_visible()
    assert world.current().message == "Made without a mouse"
    # The button that opened the dialog has nothing to save any more.
    expect(mara.text).to_be_focused()


def test_a_comment_a_comparison_and_a_revert_need_no_mouse(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.text.focus()
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.type("By keyboard.\n")
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v13")).to_be_visible()
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.press("ControlOrMeta+Alt+KeyM")
    expect(page.get_by_label("Comment", exact=True)).to_be_focused()
    page.keyboard.type("Is this line needed?")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".thread", has_text="Is this line needed?")).to_be_visible()
    expect(page.locator(".outline-said:visible")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(mara.text).to_be_focused()
    page.keyboard.press("ControlOrMeta+Alt+KeyU")
    mara.expect_state("free")

    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.type("compare v12")
    expect(page.locator(".palette-row[aria-selected=true]")).to_contain_text("Compare v12 with v13")
    page.keyboard.press("Enter")
    expect(page.locator(".compare")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("n")
    expect(page.locator("[data-compare-target=change][data-current]")).to_contain_text("By keyboard.")

    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.type("v12")
    expect(page.locator(".palette-row", has_text="v12: revert to it…")).to_be_visible()
    while "revert" not in (page.locator(".palette-row[aria-selected=true]").text_content() or ""):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_label("Reason")).to_be_focused()
    page.keyboard.type("It was not needed")
    page.keyboard.press("Enter")
    expect(mara.toast("Reverted to v12 (now v14).")).to_be_visible()
    assert world.current().version_number == 14


def test_a_new_file_is_taken_written_and_saved(person: Callable[..., Person], world: World) -> None:
    mara, daniel = person("owner"), person("editor")
    page = mara.at_work()
    daniel.at_work()
    page.get_by_role("button", name="New file").click()
    page.get_by_label("Path").fill("../secret")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("must not contain")
    page.get_by_label("Path").fill("corpus/guideline.md")
    page.keyboard.press("Enter")
    expect(mara.text).to_be_focused()
    page.keyboard.type("# Guideline")
    expect(page.locator("h1")).to_have_text("guideline.md")
    mara.expect_state("yours")
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v13")).to_be_visible()
    daniel.page.get_by_role("treeitem", name="guideline.md").click()
    expect(daniel.line("# Guideline")).to_be_visible()
    assert "files/corpus/guideline.md" in world.current().fields


def test_a_configuration_that_is_no_json_waits(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work(field="model_configuration")
    mara.take()
    mara.line('"temperature"').click()
    page.keyboard.press("Home")
    page.keyboard.type('"first": 1\n')
    expect(page.get_by_role("alert").filter(has_text="a comma is missing before")).to_be_visible()
    expect(page.get_by_role("button", name="Save as v13")).to_be_disabled()
    expect(page.locator(".sheet-foot")).to_contain_text("Fix the JSON to save")
    page.keyboard.press("ControlOrMeta+s")
    page.get_by_role("button", name="Add the comma").click()
    expect(page.locator("[data-sheet-target=note]")).to_be_hidden()
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v13")).to_be_visible()
    assert '"first": 1,' in (world.current().model_configuration_text or "")


def test_watchers_see_the_typing_as_it_happens(person: Callable[..., Person], world: World) -> None:
    mara, daniel = person("owner"), person("editor")
    mara.at_work()
    daniel.at_work()
    mara.write("Typed and not saved. ")
    expect(daniel.line("Typed and not saved.")).to_be_visible()
    expect(daniel.page.locator(".cm-remote-name")).to_have_text("Mara Lindqvist")
    expect(daniel.page.locator(".sheet-foot")).to_contain_text("Mara Lindqvist writes in line 1")
    expect(daniel.page.locator(".sheet-foot")).to_contain_text("not saved yet")

    # Who comes later sees the same, and follows from there.
    priya = person("reviewer")
    priya.at_work()
    expect(priya.line("Typed and not saved.")).to_be_visible()
    mara.page.keyboard.type("More. ")
    for watcher in (daniel, priya):
        expect(watcher.line("Typed and not saved. More.")).to_be_visible()
        expect(watcher.page.locator("[data-fields-target=row] [data-part=unsaved]").first).to_be_hidden()
    assert "Typed and not saved." not in (world.current().prompt_text or "")

    # Given back without saving, it is gone from all screens, and nobody else's to keep.
    mara.page.get_by_role("button", name="Stop editing").click()
    mara.page.get_by_role("dialog").get_by_role("button", name="Stop editing").click()
    for watcher in (daniel, priya):
        expect(watcher.page.locator(".cm-line", has_text="Typed and not saved.")).to_have_count(0)
        expect(watcher.page.locator(".cm-remote-name")).to_have_count(0)


def test_keys_typed_before_another_field_has_come_go_into_the_field_shown(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("First. ")
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/text/?*", hold)
    page.locator(".field-row", has_text="topology.yaml").click()
    page.wait_for_function("() => document.querySelector('.sheet').dataset.sheetFieldValue.endsWith('topology.yaml')")
    mara.text.focus()
    page.keyboard.type("Second. ")
    expect(mara.line("First. Second.")).to_be_visible()
    for route in waiting:
        route.continue_()
    expect(page.locator("h1")).to_have_text("topology.yaml")
    mara.text.click()
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.type("# Third")
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v13")).to_be_visible()
    fields = world.current()
    assert (fields.prompt_text or "").startswith("First. Second. ")
