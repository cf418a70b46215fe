"""Views that spin, flood and eat memory: the page answers within 100 ms meanwhile, and offers to begin again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from playwright.sync_api import CDPSession, expect

from tests.automation.foreign.conftest import Project
from tests.automation.foreign.test_views import drawn
from tests.browser.chromium import Chromium
from tests.browser.people import Person, World

# Milliseconds.
MOST: Final = 100
# Other processes of the machine take time, too: a page that is kept from answering is so each time.
TRIES: Final = 4
BUTTON = 'foundry.draw(["button", { on: "go" }, "Go"]);\nfoundry.on("go", () => {\n%s\n});'
# Begins what the view does, and answers with the longest time in which the page did nothing, and how the view is then.
MEASURE: Final = """
(most) => new Promise((done) => {
  const view = document.querySelector("[data-controller=foreign-view]");
  const began = performance.now();
  let [worst, last] = [0, began];
  view.querySelector(".drawn-place button").click();
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last);
    last = now;
    if (view.dataset.state !== "ended" && now - began < most) return;
    clearInterval(timer);
    done([worst, view.dataset.state]);
  }, 5);
})
"""

ENDING: Final = {
    "spinning": ("for (;;);", "did not answer"),
    "flooding": ("for (;;) postMessage('p');", "messages in a second"),
    "sending": ("setInterval(() => postMessage('d[\"' + 'x'.repeat(1.5e6) + '\"]'), 1);", "more than fits"),
    "spinning in a promise": ("const again = () => Promise.resolve().then(again); again();", "did not answer"),
}
STAYING: Final = {
    "drawing": "let at = 0; setInterval(() => foundry.draw(...Array(400).fill(`${++at}`)), 2);",
    "asking": "setInterval(() => { for (let i = 0; i < 4; i++) foundry.rows('none').catch(() => 0); }, 5);",
}


def fastest(measure: Callable[[], tuple[float, str]], state: str) -> float:
    """The best of some tries, each of which must end in this state."""
    worst = []
    for _each in range(TRIES):
        found, ended = measure()
        assert ended == state
        worst.append(found)
        if found <= MOST:
            break
    return min(worst)


@pytest.mark.parametrize("name", ENDING)
def test_the_page_answers_while_a_view_is_ended(foreign: Project, name: str) -> None:
    source, words = ENDING[name]
    page = drawn(foreign.show(BUTTON % source))

    def measure() -> tuple[float, str]:
        found: tuple[float, str] = tuple(page.evaluate(MEASURE, 20_000))
        expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()
        expect(page.locator("iframe")).to_have_count(0)
        page.get_by_role("button", name="Restart").click()
        drawn(page)
        return found

    assert fastest(measure, "ended") <= MOST


@pytest.mark.parametrize("name", STAYING)
def test_the_page_answers_while_a_view_goes_on(foreign: Project, name: str) -> None:
    page = drawn(foreign.show(BUTTON % STAYING[name], expected=("status of 4",)))

    def measure() -> tuple[float, str]:
        found: tuple[float, str] = tuple(page.evaluate(MEASURE, 3_000))
        page.get_by_role("button", name="Restart").click()
        expect(page.locator(".drawn-place").get_by_role("button", name="Go")).to_be_visible()
        return found

    assert fastest(measure, "running") <= MOST


EATER: Final = """
const kept = [];
const eat = () => {
  kept.push(Array.from({ length: 200000 }, (_, at) => ({ at })));
  setTimeout(eat, 0);
};
eat();
"""


def test_the_page_answers_while_a_view_eats_memory_until_it_dies(
    chromium_of_the_process: Chromium, foreign: Project, world: World
) -> None:
    foreign.switch(foreign.adopt(BUTTON % EATER))
    # The frame's process dies; Playwright takes that for the page's death, so the page is asked by itself.
    with chromium_of_the_process.another(flags=("--js-flags=--max-old-space-size=256",)) as browser:
        window = Person(browser, world, world.people["editor"], world.session_of("editor"))
        window.page.goto(foreign.address)
        session = window.page.context.new_cdp_session(drawn(window.page))

        def measure() -> tuple[float, str]:
            found = asked(session, f"({MEASURE})(60000)")
            asked(session, "document.querySelector('[data-action=\"foreign-view#restart\"]').click()")
            asked(session, RUNNING)
            return float(found[0]), str(found[1])

        assert fastest(measure, "ended") <= MOST
        words = asked(session, "document.querySelector('[data-foreign-view-target=words]').textContent")
        assert "did not answer" in words
        window.close()


RUNNING: Final = """
new Promise((done) => {
  const timer = setInterval(() => {
    if (document.querySelector("[data-controller=foreign-view]").dataset.state !== "running") return;
    clearInterval(timer);
    done(true);
  }, 20);
})
"""


def asked(session: CDPSession, expression: str) -> Any:
    """What a page answers, though Playwright believes that it has ended."""
    found = session.send("Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True})
    return found["result"].get("value")
