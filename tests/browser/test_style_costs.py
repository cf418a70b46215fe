"""Whoever types waits for the styles of what changes, and not for those of the whole page.

A rule whose subject lies somewhere below a `:has()` makes Chromium compute all of them again after every change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

from tests.browser.people import Person
from tests.patience import until

TIMELINE = {"includedCategories": ["devtools.timeline"]}
WORD = "reconcile"


@contextmanager
def computed_styles(page: Page) -> Iterator[list[int]]:
    """Of how many elements the styles were computed at a time, once the block has ended."""
    counts: list[int] = []
    browser = page.context.browser
    assert browser is not None
    devtools = browser.new_browser_cdp_session()
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    devtools.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    devtools.on("Tracing.tracingComplete", lambda _end: ended.append(True))
    devtools.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": TIMELINE})
    try:
        yield counts
    finally:
        devtools.send("Tracing.end")
        until(lambda: bool(page.title() and ended), "the trace is complete")
        devtools.detach()
    counts += [event["args"].get("elementCount", 0) for event in events if event["name"] == "UpdateLayoutTree"]


def test_a_key_computes_the_styles_of_few_elements(person: Callable[..., Person]) -> None:
    mara = person("owner")
    page = mara.at_work()
    mara.write("x")
    with computed_styles(page) as counts:
        page.keyboard.type(WORD)
        mara.line(WORD).wait_for()
    whole = int(page.evaluate("document.querySelectorAll('body *').length"))
    assert len(counts) >= len(WORD)
    assert max(counts) < whole / 4, sorted(counts)[-5:]
