"""Scripts in a browser: one writes and runs one, another reviews what it proposes; nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from playwright.sync_api import Page, expect

from stages.automation.executing.working import run_execution
from stages.automation.models import Execution
from stages.automation.services.scripts import Saved, save_script, switch_script
from tests.browser.people import Person
from tests.browser.test_accessible import in_both_themes, too_wide, violations
from tests.registers.browser.conftest import REFUSED, REQUIREMENTS, Tables

HERE = "automation/scripts/"
SOURCE = """\
local changed = 0
for _, record in ipairs(core.records("requirements")) do
  if record.source == nil then
    core.set_field(record.id, "requirements.source", args.source)
    changed = changed + 1
  end
end
log("changed", changed)
"""
WISHES = {"read": ["requirements.*"], "write": ["requirements.source"]}
SETTINGS: dict[str, Any] = {
    "args": [{"name": "source", "title": "Which source?", "required": True}],
    "capabilities": WISHES,
}


def make(tables: Tables, source: str = SOURCE, *, is_on: bool = True, **facts: Any) -> Saved:
    """A script of the editor's, switched on by the owner."""
    world, project_id = tables.world, tables.world.project.id
    given = {"name": "sources", "title": "Fill sources", "source": source, "settings": SETTINGS, **facts}

    def work() -> Saved:
        saved = save_script(caller=world.caller("editor"), project_id=project_id, **given)
        if is_on:
            owner: dict[str, Any] = {"caller": world.caller("owner"), "project_id": project_id}
            switch_script(**owner, script_id=UUID(saved.script_id), sha256=saved.sha256, is_on=True, grants=WISHES)
        return saved

    saved: Saved = world.arrange(work)
    return saved


def opened(window: Person, saved: Saved, path: str = "") -> Page:
    """The page of a script, its editor ready and its line to the server open."""
    page = window.open(f"{HERE}{saved.script_id}/{path}")
    expect(page.locator("[data-controller=script-editor][data-ready]")).to_be_attached()
    return page


def write(page: Page, words: str, *, at: str = "ControlOrMeta+End") -> None:
    page.locator(".cm-content").click()
    page.keyboard.press(at)
    page.keyboard.type(words)


def works_off(tables: Tables) -> None:
    """The runner takes up the newest execution."""
    tables.world.arrange(lambda: run_execution(Execution.objects.order_by("-id")[0].id))


def test_one_writes_and_runs_a_script_and_another_reviews_what_it_proposes(
    person: Callable[..., Person], tables: Tables
) -> None:
    tables.make()
    first, second = tables.add([{"statement": "Stop"}, {"statement": "Go", "source": "ISO"}])
    daniel, mara = person("editor"), person("owner")
    page = daniel.open(HERE)
    page.get_by_role("link", name="New script").first.click()
    page.get_by_label("Title").fill("Fill sources")
    expect(page.get_by_label("Name")).to_have_value("fill_sources")
    page.get_by_label("Name").fill("sources")
    page.locator("#script-source").fill(SOURCE)
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator("[data-controller=script-editor][data-ready]")).to_be_attached()
    # An error at its line, before anything is saved.
    write(page, "if changed then\n")
    note = page.locator(".sheet-note[role=alert]")
    expect(note).to_contain_text("Line 10: 'end' expected (to close 'if' at line 9)")
    note.get_by_role("button", name="Go to line").click()
    expect(page.locator(".sheet-foot")).to_contain_text("Ln 10, Col")
    page.keyboard.type("end")
    expect(note).to_be_hidden()
    page.keyboard.press("ControlOrMeta+s")
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    expect(page.locator(".sheet-foot .unsaved")).to_be_hidden()
    _settings(page)
    page.get_by_role("link", name="Ask Mara Lindqvist to grant").click()
    page.get_by_label("What it is for").fill("Every requirement has a source")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".panel")).to_contain_text("Asked; waits for an owner.")
    # An owner reads the very text, and ticks what it may do.
    inbox = mara.page
    inbox.goto(f"{tables.world.url}/inbox/")
    inbox.get_by_role("link", name="Fill sources").first.click()
    expect(inbox.locator("h1")).to_contain_text("Switch on: Fill sources")
    expect(inbox.get_by_role("table", name="The text")).to_contain_text('log("changed", changed)')
    for words in ("all of Requirements", "Source of Requirements"):
        box = inbox.locator("label", has_text=words).get_by_role("checkbox")
        expect(box).not_to_be_checked()
        box.check()
    inbox.get_by_role("button", name="Switch this text on").click()
    # Who wrote it sees that it is on without loading the page again, and runs it.
    expect(page.locator(".script-state [data-switch=on]")).to_be_visible()
    write(page, "", at="ControlOrMeta+Home")
    page.keyboard.press("ControlOrMeta+Enter")
    page.get_by_label("Which source?").fill("ICH E6")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/automation/executions/*/")
    works_off(tables)
    expect(page.locator(".exec")).to_contain_text("ICH E6")
    assert tables.value(first, "source") is None
    page.get_by_role("button", name="Share for review").click()
    page.wait_for_load_state()
    inbox.goto(f"{tables.world.address}proposals/")
    inbox.get_by_role("link", name="Fill sources").first.click()
    expect(inbox.locator("main")).to_contain_text("ICH E6")
    assert tables.value(second, "source") == "ISO"


def _settings(page: Page) -> None:
    """What the script asks a person and an owner for, by the forms beside the text."""
    panel = page.locator("#side-settings")
    panel.locator("summary", has_text="Argument").click()
    panel.get_by_label("Name in the script").fill("source")
    panel.get_by_label("Question in the form").fill("Which source?")
    panel.get_by_role("button", name="Add argument").click()
    expect(panel.locator("summary.script-chip")).to_contain_text("source")
    panel.locator("summary", has_text="Ask for more").click()
    panel.get_by_label("What for").select_option("Propose")
    panel.get_by_label("Of what").select_option("Source of Requirements")
    panel.get_by_role("button", name="Ask for it").click()
    expect(panel.locator(".script-wish", has_text="requirements.source")).to_contain_text("Not granted")


def test_a_stale_save_is_refused_and_both_texts_are_merged(person: Callable[..., Person], tables: Tables) -> None:
    tables.make(REQUIREMENTS)
    saved = make(tables, "-- one\n\n\n\n-- two\n", is_on=False)
    daniel, mara = person("editor"), person("owner")
    page, other = opened(daniel, saved), opened(mara, saved)
    write(page, "print('mine')\n")
    expect(page.locator(".sheet-foot")).to_contain_text("Kept on the server")
    write(other, "print('theirs')\n", at="ControlOrMeta+Home")
    other.keyboard.press("ControlOrMeta+s")
    bar = page.locator(".bar", has_text="Mara Lindqvist saved this script while you were writing")
    expect(bar).to_be_visible()
    # Nothing is lost by a reload either; then what both began with is not known any more.
    page.reload()
    expect(bar.or_(page.locator(".bar", has_text="Somebody saved this script"))).to_be_visible()
    expect(page.locator(".cm-content")).to_contain_text("print('mine')")
    expect(page.locator(".cm-content")).not_to_contain_text("print('theirs')")
    page.get_by_role("button", name="Compare and merge").click()
    dialog = page.locator("#script-compare")
    expect(dialog.locator(".cm-mergeView")).to_contain_text("print('theirs')")
    dialog.get_by_role("button", name="Use this").first.click()
    dialog.get_by_role("button", name="Use the text at the right").click()
    page.keyboard.press("ControlOrMeta+s")
    expect(page.locator(".sheet-foot .unsaved")).to_be_hidden()
    expect(other.locator(".cm-content")).to_contain_text("print('mine')")
    # The other one typed nothing more, so their editor shows the new text by itself.
    expect(other.locator(".cm-content")).to_contain_text("print('theirs')")
    write(page, "-- more\n")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".cm-content")).not_to_contain_text("-- more")
    page.reload()
    expect(page.locator("[data-controller=script-editor][data-ready]")).to_be_attached()
    expect(page.locator(".cm-content")).not_to_contain_text("-- more")


def test_the_keyboard_is_enough(person: Callable[..., Person], tables: Tables) -> None:
    tables.make()
    saved = make(tables)
    daniel = person("editor")
    daniel.expected.append(REFUSED)
    page = opened(daniel, saved)
    content = page.locator(".cm-content")
    content.focus()
    page.keyboard.press("ControlOrMeta+f")
    page.keyboard.type("changed")
    expect(page.locator(".find-count")).to_contain_text("5 matches")
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("core.set_f")
    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("set_field")
    page.keyboard.press("Escape")
    for _ in "core.set_f":
        page.keyboard.press("Backspace")
    # Escape, then Tab leaves the text.
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(content).not_to_be_focused()
    page.locator("#tab-settings").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#side-executions")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#side-texts")).to_contain_text("saved the text")
    content.focus()
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.get_by_label("Which source?")).to_be_focused()
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/{saved.script_id}/")


def test_pages_of_scripts_are_accessible_and_fit_a_phone(person: Callable[..., Person], tables: Tables) -> None:
    tables.make()
    saved = make(tables)
    mara = person("owner")
    for path in ("", "run/", "delete/"):
        assert in_both_themes(opened(mara, saved, path)) == [], path
    for path in ("switch/", "../new/"):
        assert in_both_themes(mara.open(f"{HERE}{saved.script_id}/{path}")) == [], path
    phone = person("editor", size=(390, 844))
    page = opened(phone, saved)
    write(page, "-- on a phone\n")
    assert [*violations(page), *too_wide(page)] == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.locator(".ws-foot-tabs").get_by_role("button", name="Settings").click()
    page.locator(".script-parts").get_by_role("button", name="History").click()
    expect(page.locator("#side-texts")).to_contain_text("saved the text")
    assert [*violations(page), *too_wide(page)] == []
