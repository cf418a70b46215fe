"""An owner builds a rule, sees what it would do, and switches it on; then it works within a change."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from stages.automation.reading.rules import rules_of
from stages.automation.services.rule_proposals import propose_of_rule
from stages.registers.schema import Column
from tests.browser.people import Person
from tests.registers.browser.conftest import Tables


def test_an_owner_builds_a_rule(person: Callable[..., Person], tables: Tables) -> None:
    tables.make()
    tables.make("critical", title="Critical ones", columns=(Column("note", title="Note"),))
    tables.add([{"statement": "Stop", "area": "safety"}, {"statement": "Go", "area": "dosing"}])
    mara = person("owner")
    page = mara.open("automation/rules/")
    page.get_by_role("link", name="New rule").first.click()
    page.get_by_label("Name", exact=True).fill("Safety first")
    page.get_by_label("Records of").select_option("Requirements")
    page.get_by_role("button", name="Condition").click()
    page.get_by_label("Column").select_option("Area")
    page.locator("select[name='when.0.value']").select_option("Safety")
    page.get_by_label("are also in").select_option("Critical ones")
    live = page.get_by_role("complementary", name="If you save it now")
    expect(live).to_contain_text("Would join")
    expect(live).to_contain_text("REQ-1")
    expect(live).not_to_contain_text("REQ-2")
    sentence = page.locator(".rule-sentence")
    expect(sentence).to_have_text("Requirements whose Area is Safety are also in Critical ones.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Safety first")
    page.get_by_role("button", name="Save rule").click()
    expect(page.get_by_role("heading", name="Safety first", level=1)).to_be_visible()
    expect(page.locator(".auto-rail")).to_contain_text("Safety first")
    project_id = tables.world.project.id
    (rule,) = tables.world.arrange(lambda: rules_of(project_id))
    tables.world.arrange(lambda: propose_of_rule(project_id, rule.id))
    page.get_by_role("link", name="Rule “Safety first”: 1 to add, 0 to remove").click()
    expect(page.locator("#other-changes")).to_contain_text("REQ-1")
