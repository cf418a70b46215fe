"""Several people write in one pad at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from projects.services import change_role
from stages.pads.models import Pad, Writer
from stages.pads.services import close_pad, reopen_pad
from tests.browser.people import Person, World
from tests.browser.test_accessible import TOO_WIDE, violations
from tests.pads.browser.conftest import NO_LINE, TEXT, Pads, PadWindow

Open = Callable[..., PadWindow]


def test_two_people_type_at_once(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    daniel, mara = open_pad("editor", pad), open_pad("owner", pad)
    daniel.write("one ")
    mara.expect_text("one ")
    mara.write("two ")
    daniel.expect_text("one two ")
    for window in (daniel, mara):
        expect(window.kept).to_contain_text("All kept ·")
    assert pads.text(pad) == "one two "


def test_three_people_type_key_by_key_and_one_of_them_offline(pads: Pads, open_pad: Open, world: World) -> None:
    priya_id = world.people["reviewer"].id
    owner = world.caller("owner")
    world.arrange(
        lambda: change_role(caller=owner, project_id=world.project.id, user_id=priya_id, role="editor", reason="Helps")
    )
    pad = pads.make()
    windows = mara, _daniel, priya = [open_pad(name, pad) for name in ("owner", "editor", "reviewer")]
    mara.write("Mara:\nDaniel:\nPriya:")
    for number, window in enumerate(windows):
        window.expect_text("Mara:\nDaniel:\nPriya:")
        window.text.focus()
        window.page.keyboard.press("ControlOrMeta+Home")
        for _ in range(number):
            window.page.keyboard.press("ArrowDown")
        window.page.keyboard.press("End")
    for keys in zip(" one two", " uno due", " ett två", strict=True):
        for window, key in zip(windows, keys, strict=True):
            window.page.keyboard.type(key)
    together = "Mara: one two\nDaniel: uno due\nPriya: ett två"
    for window in windows:
        window.expect_text(together)

    priya.window.expected.append(NO_LINE)
    priya.offline(True)
    expect(priya.kept).to_contain_text("Offline")
    for keys in zip(" more", " e pi", " mer😀", strict=True):
        for window, key in zip(windows, keys, strict=True):
            window.page.keyboard.type(key)
    priya.offline(False)
    for window in windows:
        window.expect_text("Mara: one two more\nDaniel: uno due e pi\nPriya: ett två mer😀")
        expect(window.kept).to_contain_text("All kept ·")
    assert pads.text(pad) == mara.shown()


def test_whoever_made_a_pad_goes_on_by_typing(pads: Pads, person: Callable[..., Person], open_pad: Open) -> None:
    """With the keyboard only."""
    window = person("editor")
    page = window.open("pads/")
    page.get_by_role("link", name="New pad").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Thoughts")
    page.keyboard.press("Enter")
    expect(page.locator(".cm-content")).to_be_focused()
    page.keyboard.type("first")
    PadWindow(page, window).expect_text("first")
    pad = pads.world.arrange(lambda: Pad.objects.get(project=pads.world.project, name="Thoughts"))
    pads.until(pad, "first")
    # Tab indents what is typed, and after Escape it moves on.
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.locator(".cm-content")).not_to_be_focused()
    # Whoever opens a text to read it keeps the keys of the page.
    expect(open_pad("owner", pad).text).not_to_be_focused()


def test_undo_and_redo_are_ones_own(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    daniel, mara = open_pad("editor", pad), open_pad("owner", pad)
    daniel.write("one ")
    mara.expect_text("one ")
    mara.write("two ")
    daniel.expect_text("one two ")
    daniel.page.keyboard.press("ControlOrMeta+z")
    mara.expect_text("two ")
    daniel.page.keyboard.press("ControlOrMeta+Shift+Z")
    mara.expect_text("one two ")
    pads.until(pad, "one two ")


def test_carets_and_people_are_shown_and_followed(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    daniel, mara = open_pad("editor", pad), open_pad("owner", pad)
    daniel.write(TEXT)
    mara.expect_text(TEXT)
    caret = mara.page.locator(".cm-their-caret")
    expect(caret).to_have_count(1)
    expect(caret.locator(".cm-their-name")).to_have_text("Daniel Okafor")
    row = mara.page.locator(".pad-person", has_text="Daniel Okafor")
    expect(row).to_contain_text("writes Open questions")
    expect(row).to_contain_text(f"{len(TEXT)} characters")
    expect(caret).not_to_have_attribute("data-named", "")
    daniel.page.keyboard.press("Shift+ArrowUp")
    expect(mara.page.locator(".cm-their-selection")).to_have_text("Who asks the monitor?")
    chip = row.get_by_role("button", name="L5: follow Daniel Okafor")
    chip.click()
    expect(row.locator("[data-part=line]")).to_have_attribute("aria-pressed", "true")
    mara.page.keyboard.press("Escape")
    expect(row.locator("[data-part=line]")).to_have_attribute("aria-pressed", "false")
    heading = mara.page.locator(".outline-row", has_text="Open questions")
    heading.click()
    expect(heading).to_have_attribute("aria-current", "true")


def test_a_duplicated_tab_is_another_writer(pads: Pads, open_pad: Open, world: World) -> None:
    pad = pads.make()
    daniel = open_pad("editor", pad)
    daniel.write("one ")
    pads.until(pad, "one ")
    kept = daniel.page.evaluate("JSON.stringify({...sessionStorage})")
    tab = daniel.page.context.new_page()
    tab.on("console", daniel.window._said)
    tab.add_init_script(
        f"if (!sessionStorage.length) for (const [k, v] of Object.entries({kept})) sessionStorage.setItem(k, v)"
    )
    tab.goto(daniel.page.url)
    other = PadWindow(tab, daniel.window)
    other.expect_text("one ")
    other.write("two ")
    daniel.expect_text("one two ")
    daniel.write("three ")
    other.expect_text("one two three ")
    pads.until(pad, "one two three ")
    writers = world.arrange(lambda: Writer.objects.filter(pad=pad.id, user=daniel.window.user).count())
    assert writers == 2


def test_a_viewer_watches_and_cannot_type(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    priya, daniel = open_pad("reviewer", pad), open_pad("editor", pad)
    daniel.write("live")
    priya.expect_text("live")
    expect(priya.page.locator(".sheet .badge")).to_have_text("Read-only")
    expect(priya.text).to_have_attribute("aria-readonly", "true")
    priya.text.focus()
    priya.page.keyboard.type("x")
    expect(priya.page.locator(".cm-their-name")).to_have_text("Daniel Okafor")
    assert priya.shown() == "live"


def test_a_pad_is_closed_and_reopened_while_somebody_is_in_it(pads: Pads, open_pad: Open, world: World) -> None:
    pad = pads.make()
    daniel = open_pad("editor", pad)
    daniel.write("before ")
    pads.until(pad, "before ")
    world.arrange(lambda: close_pad(caller=world.caller("owner"), pad_id=pad.id))
    expect(daniel.text).to_have_attribute("aria-readonly", "true")
    expect(daniel.page.locator("#pad-head .badge")).to_have_text("Closed")
    world.arrange(lambda: reopen_pad(caller=world.caller("owner"), pad_id=pad.id))
    expect(daniel.text).to_have_attribute("aria-readonly", "false")
    daniel.write("after")
    pads.until(pad, "before after")


def test_an_open_menu_stays_although_somebody_comes(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    mara = open_pad("owner", pad)
    mara.page.get_by_role("button", name="More actions").click()
    daniel = open_pad("editor", pad)
    # The part that says who is in which pad has been written again.
    expect(mara.page.locator(".pad-links .avatar")).to_have_count(2)
    expect(mara.page.get_by_role("button", name="Close", exact=True)).to_be_visible()
    daniel.page.get_by_role("button", name="More actions").click()
    daniel.page.get_by_role("button", name="Close", exact=True).click()
    expect(mara.page.locator("#pad-head .badge")).to_have_text("Closed")
    # What it offers is up to date once it was closed.
    mara.page.keyboard.press("Escape")
    expect(mara.page.locator("#pad-actions form[action$='/reopen/']")).to_be_attached()


def test_pasted_line_ends_and_halves_of_characters(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    daniel, mara = open_pad("editor", pad), open_pad("owner", pad)
    daniel.text.focus()
    daniel.page.evaluate("navigator.clipboard.writeText('a\\r\\nb\\r\\n😀')")
    daniel.page.keyboard.press("ControlOrMeta+v")
    mara.expect_text("a\nb\n😀")
    # A program replaces the half in which two characters differ.
    daniel.page.evaluate(
        """() => {
            const view = document.querySelector(".cm-content").cmTile.view;
            view.dispatch({ changes: { from: 5, to: 6, insert: "😁".charAt(1) }, userEvent: "input" });
        }"""
    )
    for window in (daniel, mara):
        window.expect_text("a\nb\n😁")
    pads.until(pad, "a\nb\n😁")


def test_a_selection_is_typed_over_without_a_breach_of_the_content_policy(pads: Pads, open_pad: Open) -> None:
    pad = pads.make()
    daniel, mara = open_pad("editor", pad), open_pad("owner", pad)
    daniel.write("# Heading of the pad\nwords\n")
    daniel.page.keyboard.press("ControlOrMeta+Home")
    daniel.page.keyboard.press("Shift+End")
    daniel.page.keyboard.type("xy")
    mara.expect_text("xy\nwords\n")
    daniel.page.keyboard.press("Shift+ArrowDown")
    daniel.page.keyboard.press("Delete")
    mara.expect_text("xyrds\n")
    daniel.write("- a line `with` marks")
    daniel.page.keyboard.press("Shift+Home")
    daniel.page.keyboard.type("z")
    mara.expect_text("xyrds\nz")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_list_and_pad_fit_and_are_accessible(
    pads: Pads, open_pad: Open, person: Callable[..., Person], scheme: str
) -> None:
    long = pads.make(name="A pad with a very long name, which nobody would read to its very end in any list at all")
    pad = pads.make(name="From the prompt", target_field="prompt_text", start="field")
    writer = open_pad("editor", long)
    writer.write(TEXT)
    found: dict[str, list[str]] = {}
    for size in ((1440, 900), (820, 1180), (390, 844)):
        reader = person("owner", scheme=scheme, size=size)
        for path in ("pads/", "pads/new/", f"pads/{long.id}/", f"pads/{pad.id}/change/"):
            page = reader.open(path)
            page.wait_for_load_state()
            if path == f"pads/{long.id}/":
                expect(page.locator(".cm-their-caret")).to_have_count(1)
            where = f"{path} {scheme} {size[0]}"
            found[where] = violations(page)
            assert page.evaluate(TOO_WIDE) <= 0, where
    assert {where: words for where, words in found.items() if words} == {}


def test_a_page_without_pads_loads_nothing_of_yjs(person: Callable[..., Person], pads: Pads) -> None:
    pad = pads.make()
    daniel = person("editor")
    loaded: list[str] = []
    daniel.page.on("response", lambda answer: loaded.append(answer.text()) if answer.url.endswith(".js") else None)
    for path in ("", "pads/", "history/"):
        daniel.open(path)
        daniel.page.wait_for_load_state("networkidle")
    assert loaded
    assert not any("yjs was already imported" in script.lower() for script in loaded)
    daniel.open(f"pads/{pad.id}/")
    daniel.page.wait_for_load_state("networkidle")
    assert any("yjs was already imported" in script.lower() for script in loaded)
