"""The pictures of automation for the documentation; with `FOUNDRY_PICTURES=1` they replace those in `docs/pictures`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from projects.demo import PEOPLE, DemoProject
from stages.automation.demo import AdoptModules
from stages.automation.facets import SCRIPT, record_id
from stages.automation.models import Execution
from stages.automation.reading.rules import rules_of
from stages.registers.demo import KeepRequirements
from tests.browser.people import Person, World
from tests.browser.test_pictures import in_both_themes

IMPORT = "traceability/import_requirements"


def test_pictures_of_automation(person: Callable[..., Person], world: World, pictures: Path) -> None:
    demo = DemoProject(world.project, {each: world.people[each.username] for each in PEOPLE}, {})
    world.arrange(lambda: KeepRequirements().play(demo))
    mara = person("owner")
    page = mara.open("automation/modules/traceability/")
    page.locator("input[name=grant]").first.check()
    expect(page.locator("#adopt-lines")).to_contain_text("1 of ")
    in_both_themes(page, pictures, "automation-adopt")

    world.arrange(lambda: AdoptModules().play(demo))
    project_id = world.project.id
    rules = {each.name: each.id for each in world.arrange(lambda: rules_of(project_id))}
    execution = world.arrange(lambda: Execution.objects.get(project=project_id, name="models/propose").id)
    for name, path, shown in (
        ("automation-rule", f"rules/{rules['Safety is reviewed']}/", "Safety review"),
        ("automation-script", f"scripts/{record_id(project_id, SCRIPT, IMPORT)}/", "Import requirements"),
        ("automation-execution", f"executions/{execution}/", "meridian-large-2026-06"),
        ("automation-board", "views/production/cues/", "Torches out"),
    ):
        page.goto(f"{world.address}automation/{path}")
        expect(page.get_by_text(shown).first).to_be_visible()
        in_both_themes(page, pictures, name)
    page = mara.at_work()
    page.locator("#tab-passages").click()
    expect(page.locator(".passage-link")).to_have_count(3)
    page.locator(".passage-link[data-state=suspect] button.line-chip").click()
    expect(page.locator(".cm-passage-chip[data-active]")).to_be_visible()
    in_both_themes(page, pictures, "automation-passages")
