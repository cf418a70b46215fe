"""*At home* in a browser: the record comes while somebody looks at it, and is read by keyboard, narrow and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from accounts.callers import foundry_caller
from audit.checkpoints.services import make_checkpoint
from tests.browser.people import Person, World
from tests.browser.test_accessible import PHONE, in_both_themes, resize, too_wide
from tests.browser.test_pictures import in_both_themes as take_pictures
from tests.replication.home.copying import CopiedProject, become_replica


def replica_of(world: World) -> CopiedProject:
    """The world's project, whose prompt somebody holds, as its replica that has nothing of the record yet."""
    world.writer("editor").take("prompt_text")
    make_checkpoint(caller=foundry_caller())
    return become_replica(world.project, world.people)


def test_the_record_comes_while_somebody_looks(person: Callable[..., Person], world: World, pictures: Path) -> None:
    replica = world.arrange(lambda: replica_of(world))
    page = person("reviewer").page
    page.goto(world.address)
    expect(page).to_have_url(re.compile(r"/home/$"))
    expect(page.get_by_role("heading", name="No record of home yet")).to_be_visible()
    assert in_both_themes(page) == []
    world.arrange(replica.take_with_texts)
    expect(page.get_by_role("heading", name=re.compile("Verified up to"))).to_be_visible()
    expect(page.get_by_role("heading", name="Who held what")).to_be_visible()
    assert in_both_themes(page) == []
    for width in (PHONE, (768, 844)):
        resize(page, width)
        assert too_wide(page) == []
    resize(page, (1440, 900))
    take_pictures(page, pictures, "at-home")
    page.get_by_role("link", name="Versions 12").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Versions", exact=True)).to_be_visible()
    page.get_by_role("link", name="Open v12").press("Enter")
    expect(page.locator(".past-lines th").first).to_have_text("1")
    assert in_both_themes(page) == []
    take_pictures(page, pictures, "at-home-text")
    page.get_by_role("link", name="Compare with the one before").click()
    expect(page.locator(".compare-sheet").first).to_be_visible()
    take_pictures(page, pictures, "at-home-compare")
    assert in_both_themes(page) == []
    assert page.get_by_role("button", name=re.compile("Save|Revert|Restore|Sign")).count() == 0
