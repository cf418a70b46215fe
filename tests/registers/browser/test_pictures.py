"""The pictures of registers for the documentation; with `FOUNDRY_PICTURES=1` they replace those in `docs/pictures`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from projects.demo import PEOPLE, DemoProject
from stages.registers.demo import KeepRequirements
from stages.registers.models import Row
from tests.browser.conftest import pictures  # noqa: F401 (a fixture)
from tests.browser.people import Person, World
from tests.browser.test_pictures import in_both_themes


def test_pictures_of_registers(person: Callable[..., Person], world: World, pictures: Path) -> None:  # noqa: F811
    users = {each: world.people[each.username] for each in PEOPLE}
    world.arrange(lambda: KeepRequirements().play(DemoProject(world.project, users, {})))
    record = world.arrange(lambda: Row.objects.get(project=world.project, shown__key="REQ-7").record)
    mara, daniel = person("owner"), person("editor")
    page = mara.page
    daniel.page.goto(f"{world.address}registers/tables/requirements/")
    expect(daniel.page.get_by_role("gridcell", name="REQ-16")).to_be_visible()
    for name, path, shown in (
        ("registers-table", "tables/requirements/?filter=area:is:Safety|Dosing", "REQ-16"),
        ("registers-record", f"records/{record}/", "Rationale"),
        ("registers-conflicts", "conflicts/", "Another value"),
        ("registers-matrix", "traceability/?rows=requirements&columns=tests&link=verifies", "gaps"),
    ):
        page.goto(f"{world.address}registers/{path}")
        expect(page.get_by_text(shown).first).to_be_visible()
        in_both_themes(page, pictures, name)
