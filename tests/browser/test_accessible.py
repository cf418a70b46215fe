"""axe over every page, in both themes and on a phone; and none of them is wider than its window.

A page is opened once, on the phone, and then looked at in wider windows and in the other theme, which are a matter of
the style sheet. The workspace lays itself out when it opens, and so opens in each window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.urls import URLPattern, URLResolver
from playwright.sync_api import Browser, Page, ViewportSize, expect

from publishing.services import withdraw_release
from tests.browser.contexts import Scheme
from tests.browser.pages import ELSEWHERE, NO_PAGES, OF_A_PROJECT, other_paths, project_paths
from tests.browser.people import Person, World
from tests.browser.signers import story
from workspace.urls import urlpatterns

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
PHONE = (390, 844)
# Between the other two layouts; looked at for its width alone.
TABLET = (768, 844)
WIDER: Final[tuple[tuple[Scheme, tuple[int, int]], ...]] = (("dark", (1024, 844)), ("light", (1440, 900)))
# It would write down the HTML of each element that it looks at, which takes a third of its time.
PREPARE = "axe.configure({ noHtml: true })"
# A colour that is on its way to another theme is looked at when it is there. The drawings of the icons, more than half
# of a page's elements, are shown nowhere by themselves: axe takes a third less without them. No rule that is on reads
# style sheets beforehand.
RUN = """async ({ isWhole, ...options }) => {
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
  const place = new Comment();
  const drawings = isWhole ? null : document.querySelector("body > svg.sprite[aria-hidden=true]");
  drawings?.replaceWith(place);
  const preload = { assets: ["media"] };
  const { violations } = await axe
    .run(document, { resultTypes: ["violations"], preload, ...options })
    .finally(() => drawings && place.replaceWith(drawings));
  const words = ({ target: [selector], failureSummary }) =>
    `${document.querySelector(selector)?.outerHTML.slice(0, 160) ?? selector} (${failureSummary.slice(0, 200)})`;
  return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${words(node)}`));
}"""
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

# A message that is still fading in has no contrast yet.
AT_REST = """() => {
  const isFinite = each => each.effect.getComputedTiming().endTime !== Infinity;
  document.getAnimations().filter(isFinite).forEach(each => each.finish());
}"""


def violations(page: Page, **options: Any) -> list[str]:
    """What axe finds. Its script comes through the debugger, past the content policy."""
    page.wait_for_load_state()
    page.evaluate(AT_REST)
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE.read_text())
        page.evaluate(PREPARE)
    found: list[str] = page.evaluate(RUN, options)
    return found


def in_both_themes(page: Page) -> list[str]:
    """What axe finds in the light theme, and of colours in the dark one: everything else is the same there."""
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in violations(page, runOnly=OF_COLOURS)]
    page.emulate_media(color_scheme="light")
    return found


def in_every_window(page: Page) -> list[str]:
    """What axe finds on the phone, where the page is open, and in wider windows; afterwards it is the phone again."""
    found = [*violations(page), *too_wide(page)]
    resize(page, TABLET)
    found += [f"{TABLET[0]} px: {each}" for each in too_wide(page)]
    for scheme, size in WIDER:
        page.emulate_media(color_scheme=scheme)
        resize(page, size)
        found += [f"{scheme}, {size[0]} px: {each}" for each in [*violations(page), *too_wide(page)]]
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    return found


def resize(page: Page, size: tuple[int, int]) -> None:
    """Give the page another window: only the workspace, which lays itself out when it opens, is opened anew."""
    window: ViewportSize = {"width": size[0], "height": size[1]}
    if page.viewport_size == window:
        return
    page.set_viewport_size(window)
    if page.locator(".ws").count():
        page.reload()


def too_wide(page: Page) -> list[str]:
    by = page.evaluate(TOO_WIDE)
    return [f"scrolls sideways by {by} px"] if by > 0 else []


def test_no_page_is_forgotten() -> None:
    """A new address stands in the list of pages, or is said to be none."""
    assert names_of(urlpatterns) <= {*OF_A_PROJECT, *ELSEWHERE, *NO_PAGES}


def test_what_axe_finds_is_said_with_its_html(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content('<html lang="en"><title>One</title><main><h1>One</h1><img src="data:,"></main></html>')
    found = violations(page)
    page.close()
    assert len(found) == 1
    assert found[0].startswith('image-alt: <img src="data:,"> (Fix any of the following')


def test_the_drawings_of_the_icons_are_nothing_to_axe(person: Callable[..., Person]) -> None:
    page = person("owner").open("members/")
    drawings = page.locator("body > svg.sprite[aria-hidden=true] > symbol")
    count = drawings.count()
    assert count > 10
    assert violations(page, isWhole=True) == []
    assert violations(page) == []
    assert drawings.count() == count


def names_of(patterns: Sequence[URLPattern | URLResolver]) -> set[str]:
    names: set[str] = set()
    for pattern in patterns:
        names |= names_of(pattern.url_patterns) if isinstance(pattern, URLResolver) else {str(pattern.name)}
    return names


def test_every_page(person: Callable[..., Person], world: World) -> None:
    mara = person("owner", size=PHONE)
    page = mara.at_work()
    found = {"workspace": in_every_window(page)}
    mara.expected.append("status of 404")
    for path in [*(world.address + path for path in project_paths()), *(world.url + path for path in other_paths())]:
        page.goto(path)
        found[path] = in_every_window(page)
    mara.sign_out()
    page.goto(f"{world.url}/accounts/login/")
    found["sign in"] = in_every_window(page)
    assert {path: words for path, words in found.items() if words} == {}


def test_the_states_of_the_workspace(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor")
    mara.at_work()
    daniel.at_work()
    mara.write("Unsaved. ")
    expect(daniel.badge).to_contain_text("Being edited by")
    found = {"writing": in_both_themes(mara.page), "watching": in_both_themes(daniel.page)}
    daniel.page.get_by_role("button", name="Ask for this field").click()
    found["ask"] = in_both_themes(daniel.page)
    daniel.page.get_by_role("dialog").get_by_role("button", name="Ask", exact=True).click()
    expect(daniel.page.get_by_role("button", name="Withdraw")).to_be_visible()
    expect(mara.bar("Daniel Okafor wants to edit Prompt.")).to_be_visible()
    found["asked"] = [*in_both_themes(daniel.page), *in_both_themes(mara.page)]
    mara.page.get_by_role("button", name="Stop editing").click()
    found["dialog"] = in_both_themes(mara.page)
    mara.page.keyboard.press("Escape")
    mara.page.locator("[data-sheet-target=compare]").click()
    expect(mara.page.locator(".cm-merge-b")).to_be_visible()
    found["merge"] = in_both_themes(mara.page)
    mara.page.keyboard.press("Escape")
    mara.page.keyboard.press("ControlOrMeta+k")
    expect(mara.page.locator(".palette-row").first).to_be_visible()
    found["palette"] = in_both_themes(mara.page)
    mara.page.keyboard.press("Escape")
    mara.page.get_by_role("button", name="shortcuts").click()
    found["shortcuts"] = in_both_themes(mara.page)
    assert {state: words for state, words in found.items() if words} == {}


def test_the_pages_of_releases(person: Callable[..., Person], world: World) -> None:
    first, second = world.arrange(lambda: story(world))
    priya, mara = person("reviewer", size=PHONE), person("owner", size=PHONE)
    found = {}
    for path in (
        "releases/",
        f"releases/{first.id}/",
        f"releases/{second.id}/",
        f"releases/{second.id}/?sign=reviewed",
    ):
        found[path] = in_every_window(priya.open(path))
    for path in (f"releases/{second.id}/reject/", "releases/policy/", "history/"):
        found[path] = in_every_window(mara.open(path))
    mara.at_work()
    found["workspace in review"] = in_every_window(mara.page)
    world.arrange(lambda: withdraw_release(caller=world.caller("editor"), release_id=second.id, reason="Not yet"))
    for path in ("releases/new/", f"releases/{second.id}/", "releases/policy/"):
        found[f"open: {path}"] = in_every_window(mara.open(path))
    assert {path: words for path, words in found.items() if words} == {}
