"""Two browsers at two sites: apart, edit, heal, conflict, decide, each by clicking, as docs/sites.md says.

With `FOUNDRY_PICTURES=1` the pictures replace those in `docs/pictures`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import pictures  # noqa: F401 (a fixture)
from tests.browser.test_pictures import in_both_themes
from tests.network.acts import REQUIREMENTS
from tests.network.conftest import Trio
from tests.network.site import Site
from tests.patience import PATIENCE

expect.set_options(timeout=PATIENCE * 1000)
OpenAt = Callable[[Site, str], Page]
ROWS = (
    "Quote the protocol; decide nothing",
    "Report a grade 4 event within 24 h",
    "Name the medical monitor on call in every answer",
    "Refuse a prognosis",
)
CHANGED = ROWS[1]
# A cell whose value somebody has to decide.
MARKED = ".reg-cell[data-conflict][data-field='title']"
HERE, THERE = "Report a grade 4 event within 12 h", "Report a grade 4 event within 48 h"


def test_apart_edit_heal_conflict_decide(trio: Trio, open_at: OpenAt, pictures: Path) -> None:  # noqa: F811
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    fill_table(trio)
    sites = {site.name: open_at(site, "sites/") for site in trio.sites}
    grids = {site.name: open_at(site, f"registers/tables/{REQUIREMENTS}/") for site in trio.sites}
    for page in sites.values():
        expect(page.locator("#sites-verdict")).to_contain_text("Same on all 3 sites")

    network.partition({a, b}, {c})
    away = sites[a.name].locator(".sites-node", has_text=c.name)
    expect(away).to_contain_text("Away since")

    write(grids[a.name], CHANGED, HERE)
    write(grids[c.name], CHANGED, THERE)
    expect(grids[b.name].locator(".reg-row", has_text=HERE)).to_be_visible()
    expect(away).to_contain_text("behind by 1")
    expect(sites[c.name].locator("#sites-verdict")).to_contain_text("Same on all 3 sites at")
    expect(sites[a.name].locator(".sites-node", has_text=b.name)).to_contain_text("Same · heard")
    take(sites[a.name], pictures, "sites-away")

    network.heal()
    network.assert_same()
    for page in sites.values():
        expect(page.locator("#sites-verdict")).to_contain_text("Same on all 3 sites")
        expect(page.locator(".project-mark")).to_have_count(0)
    for page in grids.values():
        expect(page.locator(MARKED)).to_have_count(1)

    conflicts = sites[b.name].context.new_page()
    conflicts.goto(f"{b.url}/projects/{project}/registers/conflicts/")
    for value, site in ((HERE, a), (THERE, c)):
        expect(card_of(conflicts, value).locator(".conflict-card-head")).to_contain_text(site.name)
    take(conflicts, pictures, "sites-conflict")
    keep(conflicts, THERE, "The sponsor's safety desk confirmed 48 h")
    for page in grids.values():
        expect(page.locator(".reg-row", has_text=THERE)).to_be_visible()
        expect(page.locator(MARKED)).to_have_count(0)
    network.assert_same()
    for page in sites.values():
        expect(page.locator("#sites-verdict")).to_contain_text("Same on all 3 sites")
    assert all(site.owner.conflicts(project) == [] for site in trio.sites)
    take(sites[a.name], pictures, "sites-same")


def fill_table(trio: Trio) -> None:
    """A table with the four rows, at all sites."""
    owner = trio.a.owner
    columns = [{"name": "title", "title": "Statement", "width": 420}, {"name": "area", "title": "Area"}]
    owner.create_table(trio.project, REQUIREMENTS, title="Requirements", key_prefix="REQ", columns=columns)
    for row in ROWS:
        owner.create(trio.project, REQUIREMENTS, title=row, area="Safety")
    trio.network.wait_for_sync()


def write(grid: Page, row: str, words: str) -> None:
    """Set the title of a row as people do: click it, type, Enter."""
    grid.locator(".reg-row", has_text=row).locator("[data-field='title']").click(position={"x": 4, "y": 16})
    grid.keyboard.type(words)
    grid.keyboard.press("Enter")
    expect(grid.locator(".reg-row", has_text=words)).to_be_visible()


def card_of(conflicts: Page, value: str) -> Locator:
    """The card of a value; that of another one names it, too, as what its author had not seen."""
    return conflicts.locator(".conflict-card", has=conflicts.locator(".conflict-value", has_text=value))


def keep(conflicts: Page, value: str, reason: str) -> None:
    """Decide the one conflict for a value."""
    card_of(conflicts, value).locator("label", has_text="Keep").click()
    conflicts.get_by_label("Reason, optional").fill(reason)
    conflicts.locator(".conflict-foot button[type=submit]").click()
    expect(conflicts.get_by_text("Nothing to decide")).to_be_visible()


def take(page: Page, pictures: Path, name: str) -> None:  # noqa: F811
    page.bring_to_front()
    page.wait_for_load_state()
    in_both_themes(page, pictures, name)
