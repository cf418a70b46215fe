"""Buttons and links can be read at rest, under the mouse, focused, pressed and disabled, in both themes.

A page is opened once and measured in both: the theme is a matter of the style sheet alone, and a state that is forced
holds in both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from playwright.sync_api import CDPSession, Error, Page, expect

from accounts.callers import foundry_caller
from accounts.services import create_account
from tests.browser.contexts import Scheme
from tests.browser.pages import ELSEWHERE, OF_A_PROJECT
from tests.browser.people import Person, World
from tests.browser.signers import story

MEASURE: Final = (Path(__file__).parent / "contrast.js").read_text()
# The pseudo-classes that the browser is told to match, as if by mouse and keyboard.
STATES: Final[dict[str, tuple[str, ...]]] = {
    "hovered": ("hover",),
    "focused": ("focus", "focus-visible", "focus-within"),
    "pressed": ("hover", "active", "focus"),
}
TRIES: Final = 3
ADMINISTRATION: Final = ("/admin/", "/admin/accounts/user/", "/admin/accounts/user/add/")
DIALOGS_OF_THE_WORKSPACE: Final = {"new file": "New file", "give back": "Stop editing", "shortcuts": "shortcuts"}
DIALOGS_OF_PAGES: Final = (
    ("members/", "Add a member"),
    ("members/", "Change role…"),
    ("members/", "Remove…"),
    ("history/", "Revert…"),
    ("history/", "Undo…"),
)
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")


class Controls:
    """The kinds of buttons and links on a page, put into one state after another."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        # Every kind is measured once, on the first page that has it.
        self._known: list[str] = []
        # The page has the last one.
        self._schemes = list(reversed(SCHEMES))

    def hard_to_read(self) -> list[str]:
        """What cannot be told from its background, in each state.

        A page may change while it is measured: what is found counts if it is found each time.
        """
        known, found = self._known, [""]
        for _ in range(TRIES):
            if found:
                self._known = list(known)
                found = self._in_all_states()
        return found

    def _in_all_states(self) -> list[str]:
        self._page.wait_for_load_state()
        self._page.evaluate(MEASURE)
        nodes = self._nodes()
        if not nodes:
            return []
        found = self._measure("at rest")
        for state, pseudo in STATES.items():
            self._force(nodes, pseudo)
            found += self._measure(state)
        # What was forced ends with it, for all nodes at once.
        self._cdp.send("CSS.disable")
        self._page.evaluate("contrast.disable()")
        found += self._measure("disabled")
        # The test goes on with the page.
        self._page.evaluate("contrast.enable()")
        return found

    def _force(self, nodes: list[int], pseudo: tuple[str, ...]) -> None:
        """All at once: one after the other, each would have the whole page styled and painted anew."""
        classes = list(pseudo)

        async def force() -> None:
            for result in await asyncio.gather(*map(force_one, nodes), return_exceptions=True):
                # A part of the page that was swapped since is gone.
                if isinstance(result, BaseException) and not isinstance(result, Error):
                    raise result

        def force_one(node: int) -> Awaitable[Any]:
            params = {"nodeId": node, "forcedPseudoClasses": classes}
            return self._cdp._impl_obj.send(method="CSS.forcePseudoState", params=params, timeout=0)

        self._cdp._sync(force())

    def _measure(self, state: str) -> list[str]:
        found = []
        for scheme in self._in_both():
            words: list[str] = self._page.evaluate("state => contrast.measure(state)", state)
            found += [f"{scheme}, {state}: {each}" for each in words]
        return found

    def _in_both(self) -> Iterator[Scheme]:
        """The page in one theme and then in the other; first in the one that it has."""
        self._schemes.reverse()
        for scheme in self._schemes:
            self._page.emulate_media(color_scheme=scheme)
            yield scheme

    def _nodes(self) -> list[int]:
        """One of each kind, with everything around it: the mouse is over that, too."""
        for _ in self._in_both():
            self._known += self._page.evaluate("known => contrast.mark(known)", self._known)
        self._cdp.send("DOM.enable")
        self._cdp.send("CSS.enable")
        root: dict[str, Any] = self._cdp.send("DOM.getDocument")
        selector = {"nodeId": root["root"]["nodeId"], "selector": "[data-measured]"}
        nodes: list[int] = self._cdp.send("DOM.querySelectorAll", selector)["nodeIds"]
        return nodes


def test_every_page_in_every_state(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    mara.expected.append("status of 404")
    controls = Controls(mara.page)
    mara.at_work()
    found = {"workspace": controls.hard_to_read()}
    own = [world.address + paths[0] for paths in OF_A_PROJECT.values()]
    for path in [*own, *(world.url + paths[0] for paths in ELSEWHERE.values())]:
        mara.page.goto(path)
        found[path.removeprefix(world.url)] = controls.hard_to_read()
    mara.sign_out()
    mara.page.goto(f"{world.url}/accounts/login/")
    found["sign in"] = controls.hard_to_read()
    assert not [f"{path} {each}" for path, words in found.items() for each in words]


def test_a_release_in_every_state(person: Callable[..., Person], world: World) -> None:
    first, second = world.arrange(lambda: story(world))
    priya, mara = person("reviewer"), person("owner")
    found = {}
    signing, owning = Controls(priya.page), Controls(mara.page)
    for path in (f"releases/{first.id}/", f"releases/{second.id}/", f"releases/{second.id}/?sign=reviewed"):
        priya.open(path)
        found[path] = signing.hard_to_read()
    for path in ("", f"releases/{second.id}/reject/", "releases/policy/"):
        mara.open(path)
        found[f"owner: {path}"] = owning.hard_to_read()
    assert not [f"{path} {each}" for path, words in found.items() for each in words]


def test_dialogs_menus_and_bars_in_every_state(person: Callable[..., Person]) -> None:
    mara, daniel = person("owner"), person("editor")
    page = daniel.at_work(field="model_configuration")
    mara.at_work(field="model_configuration")
    daniel.write("Unsaved. ")
    expect(page.locator("[data-sheet-target=note]")).to_be_visible()
    expect(mara.badge).to_contain_text("Being edited by")
    writing, watching = Controls(page), Controls(mara.page)
    found = {"broken JSON": writing.hard_to_read(), "watching": watching.hard_to_read()}
    mara.page.get_by_role("button", name="Take over…").click()
    found["take over"] = shown(mara.page, watching, ".dialog[open]")
    mara.page.get_by_role("button", name="Ask for this field").click()
    found["ask"] = shown(mara.page, watching, ".dialog[open]")
    page.locator(".field-row").first.click()
    expect(page.locator("h1")).to_have_text("Prompt")
    daniel.write("Unsaved. ")
    daniel.text.press("ControlOrMeta+f")
    found["find"] = shown(page, writing, ".cm-search")
    for name, button in DIALOGS_OF_THE_WORKSPACE.items():
        page.get_by_role("button", name=button).click()
        found[name] = shown(page, writing, "dialog[open]")
    page.locator("[data-sheet-target=compare]").click()
    found["merge"] = shown(page, writing, ".cm-merge-b")
    page.get_by_role("button", name="Account").click()
    found["account menu"] = shown(page, writing, ".menu-item:visible")
    page.locator(".switch-button").click()
    found["menu of proposals"] = shown(page, writing, ".menu-item:visible")
    page.keyboard.press("ControlOrMeta+k")
    found["palette"] = shown(page, writing, ".palette-row")
    assert not [f"{path} {each}" for path, words in found.items() for each in words]


def test_dialogs_of_other_pages_in_every_state(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    controls = Controls(mara.page)
    found = {}
    for path, button in DIALOGS_OF_PAGES:
        mara.page.goto(world.address + path)
        mara.page.get_by_role("button", name=button).first.click()
        found[button] = shown(mara.page, controls, "dialog[open]")
    mara.page.goto(f"{world.url}/projects/")
    mara.page.get_by_role("button", name="New project").click()
    found["New project"] = shown(mara.page, controls, "dialog[open]")
    assert not [f"{path} {each}" for path, words in found.items() for each in words]


def shown(page: Page, controls: Controls, selector: str) -> list[str]:
    """What cannot be read once `selector` is there; afterwards it is closed by Escape."""
    expect(page.locator(selector).first).to_be_visible()
    found = controls.hard_to_read()
    page.keyboard.press("Escape")
    expect(page.locator(selector).first).to_be_hidden()
    return found


def test_the_administration_in_every_state(person: Callable[..., Person], world: World) -> None:
    def make_administrator() -> None:
        username = f"administrator-{token_hex(4)}"
        account = create_account(caller=foundry_caller("command"), username=username, is_administrator=True)
        world.people["administrator"] = account

    world.arrange(make_administrator)
    anna = person("administrator")
    controls = Controls(anna.page)
    found = {}
    for path in (*ADMINISTRATION, f"/admin/accounts/user/{world.people['editor'].id}/change/"):
        anna.page.goto(world.url + path)
        found[path] = controls.hard_to_read()
    assert not [f"{path} {each}" for path, words in found.items() for each in words]


def test_the_mouse_leaves_a_primary_button_readable(person: Callable[..., Person]) -> None:
    """By the mouse itself: the button keeps a background of its own."""
    mara = person("owner")
    page = mara.at_work()
    mara.write("x")
    save = page.locator(".btn-primary:visible").first
    expect(save).to_be_enabled()
    save.hover()
    page.evaluate(MEASURE)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.evaluate("contrast.settle()")
        assert save.evaluate("one => contrast.of(one)") >= 4.5
        assert save.evaluate("one => contrast.between(contrast.behind(one), contrast.behind(one.parentElement))") >= 3
