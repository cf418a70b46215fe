"""Whoever is in a pad is said to be there on the other pages of its project, with a link."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from presence.redis_presence import PersonPresence
from presence.services import record_presence
from tests.browser.people import Person, World
from tests.pads.browser.conftest import Pads, PadWindow

Open = Callable[..., PadWindow]


def test_the_workspace_says_in_which_pad_somebody_is(
    pads: Pads, open_pad: Open, person: Callable[..., Person], world: World
) -> None:
    pad = pads.make(name="Exclusion criteria")
    mara = person("owner")
    page = mara.at_work()
    bar = page.locator(".projectbar .presence")
    daniel = open_pad("editor", pad)
    daniel.write("words")
    shown = bar.locator(".person:visible", has_text="Daniel")
    # The socket says again where everybody is with its next `head`.
    link = shown.get_by_role("link", name="Exclusion criteria")
    expect(link).to_be_visible(timeout=20_000)
    expect(shown).to_contain_text("in Exclusion criteria")
    page.reload()
    expect(page.locator(".ws[data-line='live']")).to_be_visible()
    expect(link).to_be_visible()
    link.click()
    expect(page.locator(".pad-page[data-line=live] .cm-content")).to_contain_text("words")
    page.goto(world.address + "members/")
    expect(bar.get_by_role("link", name="Exclusion criteria")).to_be_visible()


def test_a_place_that_is_gone_is_not_named(pads: Pads, person: Callable[..., Person], world: World) -> None:
    gone = "pads/01890000-0000-7000-8000-000000000000"
    mara = person("owner")
    page = mara.at_work()
    somebody = PersonPresence(world.people["editor"].person(), (gone,))
    world.arrange(lambda: record_presence(project_id=world.project.id, node="another", people=[somebody]))
    page.reload()
    shown = page.locator(".projectbar .presence .person:visible", has_text="Daniel")
    expect(shown).to_contain_text("is here")
    expect(shown.get_by_role("link")).to_have_count(0)
