"""Each language of a pad is loaded when it is used, and only then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.pads.browser.conftest import Pads, PadWindow

Open = Callable[..., PadWindow]

SAMPLES = {
    "markdown": "# Heading",
    "json": '{"a": 1}',
    "jsonl": '{"a": 1}',
    "yaml": "key: 'value'",
    "html": "<p class='a'>",
    "xml": "<a b='c'/>",
    "python": "def name(): return 'a'",
    "javascript": "const a = 'b';",
    "typescript": "const a: string = 'b';",
    "sql": "SELECT 'a' FROM b",
    "toml": "key = 'value'",
    "shell": "echo 'a' # b",
}


@pytest.mark.parametrize("names", [tuple(SAMPLES)[at : at + 4] for at in range(0, len(SAMPLES), 4)], ids="-".join)
def test_a_language_is_loaded_when_it_is_used(pads: Pads, open_pad: Open, names: tuple[str, ...]) -> None:
    plain = open_pad("editor", pads.make(name="Plain", language=""))
    page = plain.page
    loaded: list[str] = []
    page.on("response", lambda answer: loaded.append(answer.url) if answer.url.endswith(".js") else None)
    page.reload()
    PadWindow(page, plain.window)
    page.wait_for_load_state("networkidle")
    of_plain = set(loaded)
    assert of_plain
    for name in names:
        loaded.clear()
        page = plain.window.open(f"pads/{pads.make(name=name, language=name).id}/")
        window = PadWindow(page, plain.window)
        window.text.focus()
        page.keyboard.insert_text(SAMPLES[name])
        expect(page.locator(".cm-line > span[class]").first).to_be_visible()
        assert set(loaded) - of_plain, f"{name} is loaded for a text without a language, too"
        expect(page.locator(".sheet-foot")).not_to_contain_text("Plain text")
