"""The record, the conflict inbox and the matrix by keyboard, for axe, and in both themes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from stages.registers.reading.inbox import list_open
from stages.registers.reading.matrices import Axes, matrix
from stages.registers.reading.reader import Reader
from tests.browser.people import Person
from tests.browser.test_accessible import AT_REST, PHONE, in_both_themes, in_every_window
from tests.registers.reading.browser.scene import Scene

AXES = Axes("requirements", "tests", "verifies")


def look(page: Page, name: str) -> None:
    """Keep a picture of both themes to be looked at, where `FOUNDRY_LOOK` names a folder."""
    if folder := os.environ.get("FOUNDRY_LOOK"):
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.evaluate(AT_REST)
            page.screenshot(path=Path(folder) / f"{name}-{theme}.png")
        page.emulate_media(color_scheme="light")


def test_a_record_is_read_and_walked_through_by_keys(person: Callable[..., Person], scene: Scene) -> None:
    page = person("editor").open(f"registers/records/{scene.requirements[6]}/")
    expect(page.get_by_role("heading", name="REQ-7")).to_be_visible()
    expect(page.locator(".record-row[data-state=conflict]")).to_contain_text("24 h")
    expect(page.locator(".record-links")).to_contain_text("TST-7")
    look(page, "record")
    assert in_both_themes(page) == []
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="REQ-8")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="REQ-7")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("d")
    expect(page).to_have_url(re.compile("/conflicts/"))


def test_a_change_of_somebody_else_arrives_on_the_record(person: Callable[..., Person], scene: Scene) -> None:
    page = person("owner").open(f"registers/records/{scene.requirements[0]}/")
    page.wait_for_load_state("networkidle")
    scene.change(0, "Quote the protocol, always")
    expect(page.locator("#live-body")).to_contain_text("Quote the protocol, always")
    expect(page.locator("#record-history")).to_contain_text("always")


def test_a_field_is_changed_where_it_is_shown_and_restored(person: Callable[..., Person], scene: Scene) -> None:
    page = person("editor").open(f"registers/records/{scene.requirements[1]}/")
    row = page.locator("#field-requirements-within")
    for text, shown in (("36 h", "36 h"), ("72 h", "3 d")):
        row.locator(".record-value").dblclick()
        row.get_by_label("within", exact=True).fill(text)
        page.keyboard.press("Enter")
        expect(row).to_contain_text(shown)
        expect(row.locator(".record-value")).to_be_focused()
    entry = page.locator(".record-entry").first
    entry.hover()
    entry.get_by_role("link").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("row", name="within")).to_contain_text("36 h")
    dialog.get_by_role("button", name="Restore").click()
    expect(row).to_contain_text("36 h")
    expect(page.locator(".record-entry").first).to_contain_text("Daniel Okafor")


def test_what_is_typed_in_a_field_outlives_changes_of_others_and_escape(
    person: Callable[..., Person], scene: Scene
) -> None:
    page = person("owner").open(f"registers/records/{scene.requirements[0]}/")
    page.wait_for_load_state("networkidle")
    row = page.locator("#field-requirements-title")
    row.locator(".record-value").focus()
    page.keyboard.press("Enter")
    box = row.get_by_label("title", exact=True)
    box.fill("Mine")
    with page.expect_response(lambda answer: answer.url == page.url):
        scene.change(0, "Theirs")
    expect(box).to_have_value("Mine")
    page.keyboard.press("Escape")
    expect(row).to_contain_text("Esc again gives up what you typed")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Daniel Okafor has set it to “Theirs” meanwhile")
    expect(box).to_have_value("Mine")
    row.get_by_role("button", name="Take theirs").click()
    expect(row.locator(".record-text")).to_have_text("Theirs")


def test_a_record_is_deleted_after_a_question_and_restored_from_the_list(
    person: Callable[..., Person], scene: Scene
) -> None:
    page = person("editor").open(f"registers/records/{scene.requirements[5]}/")
    page.get_by_role("button", name="More acts").click()
    page.get_by_role("link", name="Delete the record…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile("links? hides? with it|fields have a value"))
    dialog.get_by_label("Reason").fill("Superseded")
    look(page, "record-delete")
    dialog.get_by_role("button", name="Delete the record").click()
    expect(page.locator(".record-body .bar")).to_contain_text("Daniel Okafor deleted REQ-6.")
    expect(page.locator("#field-requirements-title")).to_be_visible()
    look(page, "record-deleted")
    assert in_both_themes(page) == []
    page.get_by_role("link", name="All that was deleted").click()
    expect(page.locator(".deleted-row", has_text="REQ-6")).to_contain_text("Superseded")
    look(page, "deleted")
    assert in_both_themes(page) == []
    page.get_by_role("button", name="Restore REQ-6").click()
    expect(page.get_by_role("heading", name="REQ-6")).to_be_visible()
    expect(page.locator(".record-links")).to_contain_text("TST-6")


def test_two_records_are_merged_by_the_menu(person: Callable[..., Person], scene: Scene) -> None:
    page = person("editor").open(f"registers/records/{scene.requirements[2]}/")
    page.get_by_role("button", name="More acts").click()
    page.get_by_role("link", name="Merge with another record…").click()
    page.get_by_label("Key of the other record").fill("REQ-4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Make REQ-3 and REQ-4 one record?")
    look(page, "record-merge")
    assert in_both_themes(page) == []
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator(".record-entry").first).to_contain_text("merged REQ-4 into it")


def test_conflicts_are_decided_by_keys_one_after_the_other(person: Callable[..., Person], scene: Scene) -> None:
    page = person("editor").open("registers/conflicts/")
    expect(page.locator(".conflict-list > a")).to_have_count(3)
    page.locator(".conflict-list > a", has_text="REQ-7").click()
    expect(page.get_by_role("heading", name="within")).to_be_visible()
    look(page, "conflicts")
    assert in_both_themes(page) == []
    page.wait_for_load_state()
    # What is typed stays when something happens elsewhere.
    page.locator("#conflict-text").fill("36 h")
    page.locator("#conflict-reason").fill("Both were wrong")
    page.evaluate("document.querySelector('.conflict-form').dataset.old = ''")
    scene.change(0, "Quote the protocol, always")
    expect(page.locator(".conflict-form[data-old]")).to_have_count(0)
    expect(page.locator("#conflict-reason")).to_have_value("Both were wrong")
    expect(page.locator("#conflict-text")).to_have_value("36 h")
    expect(page.get_by_role("button", name="Set 36 h")).to_be_visible()
    page.locator("#conflict-reason").fill("")
    page.locator("#conflict-reason").blur()
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="Keep 12 h")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".conflict-list > a")).to_have_count(2)
    page.locator(".conflict-list > a", has_text="REQ-9").click()
    expect(page.locator(".conflict-card")).to_have_count(4)
    page.wait_for_load_state()
    look(page, "conflicts-three")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator(".conflict-list > a")).to_have_count(1)
    expect(page.get_by_role("heading", name="Deletion")).to_be_visible()
    page.wait_for_load_state()
    look(page, "conflicts-deleted")
    assert in_both_themes(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing to decide")).to_be_visible()
    assert in_both_themes(page) == []
    left = scene.world.arrange(lambda: list_open(Reader(scene.world.project.id)))
    assert left == []


def test_the_matrix_is_worked_in_by_keys(person: Callable[..., Person], scene: Scene) -> None:
    page = person("editor").open("registers/traceability/")
    grid = page.get_by_role("grid")
    # The first arrow key goes to the squares, wherever the page was.
    page.keyboard.press("ArrowDown")
    expect(grid).to_be_focused()
    for key in ("ArrowDown",) * 6 + ("ArrowRight",) * 6:
        page.keyboard.press(key)
    panel = page.locator("#matrix-panel")
    expect(panel).to_contain_text("REQ-7 changed after the link was confirmed")
    look(page, "matrix")
    assert in_both_themes(page) == []
    page.keyboard.press("c")
    expect(page.locator(".matrix-row[data-current] [data-at='6']:not([data-suspect])")).to_be_visible()
    expect(grid).to_be_focused()
    expect(panel).to_contain_text("Confirmed")
    for key in ("ArrowDown",) * 5:
        page.keyboard.press(key)
    expect(panel).to_contain_text("Not linked")
    page.keyboard.press("Space")
    expect(page.locator(".matrix-row[data-current] [data-at='6']")).to_be_visible()
    expect(page.locator("#matrix-summary")).to_contain_text("1 gap")
    # A slip of a key is taken back where it was made.
    page.keyboard.press("Control+z")
    expect(page.locator("#matrix-summary")).to_contain_text("2 gaps")
    page.keyboard.press("Control+y")
    expect(page.locator("#matrix-summary")).to_contain_text("1 gap")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#matrix-summary")).to_contain_text("2 gaps")
    page.get_by_role("link", name="Gaps and suspect").click()
    expect(page.locator("[data-row]")).to_have_count(3)
    look(page, "matrix-gaps")
    # Its script has to be there before a key is pressed.
    page.wait_for_load_state()
    grid.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".record-body")).to_be_visible()
    made = scene.world.arrange(lambda: matrix(Reader(scene.world.project.id), AXES))
    assert (made.coverage.gaps, made.coverage.suspect) == (2, 1)


def test_the_past_is_read_and_not_written(person: Callable[..., Person], scene: Scene) -> None:
    page = person("editor").open("registers/traceability/?at=2026-11-01")
    expect(page.get_by_text("Nothing was traced then")).to_be_visible()
    page = person("editor").open("registers/traceability/?at=2090-01-01")
    page.get_by_role("grid").focus()
    page.keyboard.press("Space")
    expect(page.locator(".sheet[data-state=reading]")).to_be_visible()
    assert in_both_themes(page) == []


@pytest.mark.parametrize("address", ["records/{record}/", "conflicts/", "traceability/"])
def test_no_page_is_wider_than_its_window(person: Callable[..., Person], scene: Scene, address: str) -> None:
    window = person("editor", size=PHONE)
    page = window.open("registers/" + address.format(record=scene.requirements[6]))
    page.wait_for_load_state()
    look(page, f"phone-{address.split('/', maxsplit=1)[0]}")
    assert in_every_window(page) == []
    page.set_viewport_size({"width": 1024, "height": 844})
    look(page, f"tablet-{address.split('/', maxsplit=1)[0]}")
