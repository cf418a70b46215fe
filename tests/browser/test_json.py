"""Writing JSON and YAML: what is wrong is said and mended, the layout keeps every token, brackets close themselves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.filing import add_files
from tests.browser.people import Person, World

# Puts a whole text in the place of the one that is there, as pasting does.
PASTE = """text => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const content = document.querySelector(".cm-content");
    content.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def write_all(who: Person, text: str) -> None:
    who.text.click()
    who.page.keyboard.press("ControlOrMeta+a")
    who.page.evaluate(PASTE, text)


def note(page: Page) -> Locator:
    return page.locator("[data-sheet-target=note]")


def text_of(page: Page) -> str:
    lines: list[str] = page.locator(".cm-line").all_inner_texts()
    return "\n".join(line.rstrip("\n") for line in lines)


# A text, what is said of it, the button that mends it, and what it makes of the text.
MENDED = (
    ('{"a": 1;}', "JSON has no semicolons", "Remove it", '{"a": 1}'),
    ('{"a": [1, 2,]}', "there is a comma after the last item", "Remove it", '{"a": [1, 2]}'),
    ("{'a': 1}", "put strings in double quotes", "Use double quotes", '{"a": 1}'),
    ('{"a": “b”}', "put strings in double quotes", "Use double quotes", '{"a": "b"}'),
    ("{a: 1}", "expected a key in double quotes", "Use double quotes", '{"a": 1}'),
    ('{"a": fast}', 'put strings in double quotes: "fast"', "Use double quotes", '{"a": "fast"}'),
    ('{"a": True}', "write true instead of True", "Correct it", '{"a": true}'),
    ('{\n  // why\n  "a": 1\n}', "JSON has no comments", "Remove it", '{\n  "a": 1\n}'),
    ('{"a": 1} # why', "JSON has no comments", "Remove it", '{"a": 1}'),
    ('{"a": /* why */ 1}', "JSON has no comments", "Remove it", '{"a":  1}'),
)
# A text, and what is said of it.
NOT_MENDED = (
    ("{\n  'it\"s': 1\n}", "Line 2: put strings in double quotes"),
    ('{\n  "a": very fast\n}', 'Line 2: put strings in double quotes: "very"'),
    ('{"a": NaN}', "Line 1: JSON has no NaN"),
    ('{"a": [-Infinity]}', "Line 1: JSON has no -Infinity"),
    ('{\n  "a": 1,\n  "b": 2,\n  "a": 3\n}', 'Line 4: duplicate key "a", also in line 2'),
    ('{\n  "a": {', "Line 2: a closing } is missing"),
)


def test_a_mistake_of_other_languages_is_named_and_mended(
    person: Callable[..., Person], subtests: pytest.Subtests
) -> None:
    mara = person("owner")
    page = mara.at_work(field="model_configuration")
    for text, words, button, mended in MENDED:
        with subtests.test(text=text):
            write_all(mara, text)
            expect(note(page)).to_contain_text(words)
            note(page).get_by_role("button", name=button).click()
            expect(note(page)).to_be_hidden()
            assert text_of(page) == mended


def test_what_only_its_writer_can_decide_has_no_button(
    person: Callable[..., Person], subtests: pytest.Subtests
) -> None:
    mara = person("owner")
    page = mara.at_work(field="model_configuration")
    for text, words in NOT_MENDED:
        with subtests.test(text=text):
            write_all(mara, text)
            expect(note(page)).to_contain_text(words)
            expect(page.locator("[data-sheet-target=fix]")).to_be_hidden()


def test_an_empty_file_is_called_empty(person: Callable[..., Person], world: World) -> None:
    add_files(world, "limits.json", text="{}\n")
    mara = person("owner")
    page = mara.at_work(field="files/limits.json")
    write_all(mara, "")
    expect(note(page)).to_contain_text("Line 1: the file is empty")


def test_format_changes_spaces_only_in_one_step_of_undo(person: Callable[..., Person]) -> None:
    mara = person("owner")
    page = mara.at_work(field="model_configuration")
    untidy = '{"z":1.0,"a":[1e30,-0,  "x, y" ],\n"list":[\n1],"big":12345678901234567890,"o":{"deep":{}, "e":[]}}'
    tidy = (
        '{\n  "z": 1.0,\n  "a": [1e30, -0, "x, y"],\n  "list": [\n    1\n  ],\n'
        '  "big": 12345678901234567890,\n  "o": {\n    "deep": {},\n    "e": []\n  }\n}\n'
    )
    write_all(mara, untidy)
    expect(page.locator(".cm-line").first).to_contain_text("1e30")
    page.keyboard.press("Alt+Shift+f")
    expect(page.locator(".cm-line").first).to_have_text("{")
    assert text_of(page) == tidy
    page.keyboard.press("ControlOrMeta+z")
    expect(page.locator(".cm-line")).to_have_count(3)
    assert text_of(page) == untidy
    page.get_by_role("button", name="Format", exact=True).click()
    expect(page.locator(".cm-line").first).to_have_text("{")
    page.get_by_role("button", name="Format", exact=True).click()
    expect(mara.toast("Already formatted")).to_be_visible()
    assert text_of(page) == tidy


def test_format_of_broken_json_goes_to_the_mistake(person: Callable[..., Person]) -> None:
    mara = person("owner")
    page = mara.at_work(field="model_configuration")
    write_all(mara, '{\n  "a": 1\n  "b": 2\n}')
    page.get_by_role("button", name="Format", exact=True).click()
    expect(note(page)).to_contain_text("Line 2: a comma is missing")
    expect(page.locator(".sheet-foot")).to_contain_text("Ln 2, Col 9")
    expect(mara.text).to_be_focused()


def test_format_is_offered_for_json_alone_and_to_its_writer(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor")
    page = mara.at_work()
    expect(page.get_by_role("button", name="Format", exact=True)).to_be_hidden()
    mara.open(field="model_configuration")
    expect(page.get_by_role("button", name="Format", exact=True)).to_be_visible()
    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.type("Format")
    expect(page.get_by_role("option", name="Format JSON")).to_be_visible()
    page.keyboard.press("Escape")
    daniel.at_work(field="model_configuration")
    mara.take()
    daniel.expect_state("theirs")
    expect(daniel.page.get_by_role("button", name="Format", exact=True)).to_be_hidden()


def test_brackets_and_quotes_close_themselves_but_not_in_prose(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = mara.at_work(field="model_configuration")
    write_all(mara, "")
    page.keyboard.type('{"a": [1')
    expect(page.locator(".cm-line").first).to_have_text('{"a": [1]}')
    # What is typed over them is not doubled.
    page.keyboard.type("]}")
    expect(page.locator(".cm-line").first).to_have_text('{"a": [1]}')
    expect(page.locator(".cm-matchingBracket")).to_have_count(2)
    mara.at_work()
    mara.write('("')
    expect(mara.line('("')).to_be_visible()
    assert '("")' not in text_of(page)
