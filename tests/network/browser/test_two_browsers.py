"""Two browsers at two sites: what one writes the other sees without a reload, and the pages say how sites are."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.network.acts import REQUIREMENTS, furnish
from tests.network.conftest import Trio
from tests.network.site import Site
from tests.patience import PATIENCE

expect.set_options(timeout=PATIENCE * 1000)
OpenAt = Callable[[Site, str], Page]


def test_what_is_written_at_one_site_is_seen_at_the_others(trio: Trio, open_at: OpenAt) -> None:
    """Case 16, and two browsers apart: edit, heal, conflict, decide."""
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    record, *_ = furnish(a.owner, project)
    network.wait_for_sync()
    grids = {site.name: open_at(site, f"registers/tables/{REQUIREMENTS}/") for site in (b, c)}
    for page in grids.values():
        expect(page.locator(".reg-row", has_text="record 0")).to_be_visible()
    a.owner.set(project, record, REQUIREMENTS, title="Seen without a reload")
    for page in grids.values():
        expect(page.locator(".reg-row", has_text="Seen without a reload")).to_be_visible()
    network.disconnect(a, c)
    a.owner.set(project, record, REQUIREMENTS, title="Seen at C through B")
    for page in grids.values():
        expect(page.locator(".reg-row", has_text="Seen at C through B")).to_be_visible()

    network.partition({a}, {b, c})
    grid = grids[b.name]
    cell = grid.locator(".reg-row", has_text="record 1").locator("[data-field='title']")
    cell.click(position={"x": 4, "y": 16})
    grid.keyboard.type("Written in a browser at B")
    grid.keyboard.press("Enter")
    expect(grids[c.name].locator(".reg-row", has_text="Written in a browser at B")).to_be_visible()
    other = next(key for key, shown in a.owner.records(project, REQUIREMENTS).items() if shown["title"] == "record 1")
    a.owner.set(project, other, REQUIREMENTS, title="Written at A meanwhile")
    network.heal()
    network.assert_same()
    conflicts = open_at(b, "registers/conflicts/")
    expect(conflicts.get_by_text("Written at A meanwhile").first).to_be_visible()
    expect(conflicts.get_by_text("Written in a browser at B").first).to_be_visible()
    (conflict,) = a.owner.conflicts(project)
    tips = [each["op_id"] for each in conflict["tips"]]
    body = {"value": "Decided at A", "tips": tips}
    a.owner.post(f"projects/{project}/registers/conflicts/{conflict['id']}/resolve/", body)
    for page in grids.values():
        expect(page.locator(".reg-row", has_text="Decided at A")).to_be_visible()
    expect(conflicts.get_by_text("Written at A meanwhile")).to_have_count(0)


SAID = """() => {
    window.said = [];
    const words = document.getElementById("live-words");
    new MutationObserver(() => window.said.push(words.textContent)).observe(words, { childList: true });
}"""


def test_the_page_of_sites_follows_what_happens(trio: Trio, open_at: OpenAt) -> None:
    """Case 36."""
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    furnish(a.owner, project)
    network.wait_for_sync()
    page = open_at(a, "sites/")
    expect(page.get_by_text(re.compile("Same on all 3 sites")).first).to_be_visible()
    there = open_at(b, "sites/")
    for each in (page, there):
        expect(each.locator("#live-body[data-line=live]")).to_be_visible()
        each.evaluate(SAID)
    network.partition({b}, {a, c})
    for number in range(14):
        a.owner.create(project, REQUIREMENTS, title=f"While B is away {number}")
    network.wait_for_sync(a, c)
    expect(page.get_by_text(re.compile("behind by 14", re.IGNORECASE)).first).to_be_visible()
    expect(page.get_by_text(re.compile("Away since")).first).to_be_visible()
    # By keyboard: from one site of the ring to the next, and what is said of it.
    away = page.locator(".sites-node", has_text=b.name)
    page.locator(".sites-node").first.focus()
    for _step in trio.sites:
        if away.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("ArrowRight")
    expect(away).to_be_focused()
    expect(away).to_contain_text(re.compile("behind by 14", re.IGNORECASE))
    network.heal()
    network.assert_same()
    expect(page.get_by_text(re.compile("Same on all 3 sites")).first).to_be_visible()
    expect(page.get_by_text(re.compile("behind by", re.IGNORECASE))).to_have_count(0)
    # What a screen reader says of it.
    for each, wanted in ((page, f"{b.name} is linked."), (there, f"All changes from {a.name} are here.")):
        each.wait_for_function("words => window.said.includes(words)", arg=wanted)
