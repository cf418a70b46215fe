"""From a project without tables to a release whose bundle has the traceability matrix, and proves it."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from publishing.services import set_policy
from stages.automation.executing.working import run_execution
from stages.automation.models import Execution
from stages.registers.models import Row
from tests.automation.passages.browser.test_panel import link_line
from tests.browser.people import Person, World
from tests.browser.proposing import prompt_of, save
from tests.browser.signers import let_sign, sign, submit
from tests.registers.browser.conftest import Tables

Open = Callable[..., Person]
LINE = "Grade every event"
REQUIREMENTS = "key,statement,priority\nREQ-1,Each event is graded by CTCAE,Must\n"


def adopt(page: Page) -> None:
    """Adopt the module with all that it asks for."""
    page.locator("#main").get_by_role("link", name="Traceability").click()
    lines = page.locator("#adopt-lines")
    expect(lines).to_contain_text("3 new tables")
    expect(lines).to_contain_text("Nothing granted of ")
    for wish in page.locator("input[name=grant]").all():
        expect(wish).not_to_be_checked()
        wish.check()
    expect(lines).to_contain_text(re.compile(r"\b(\d+) of \1 granted"))
    expect(lines).to_contain_text("2 scripts on")
    page.get_by_role("button", name="Adopt module").click()
    expect(page.locator(".sheet-bar .badge")).to_have_text("Adopted")


def import_requirements(daniel: Person, world: World) -> None:
    """The editor runs the script with pasted lines, and commits what it proposes."""
    page = daniel.open("automation/scripts/")
    page.locator(".auto-rail").get_by_role("link", name="Import requirements").click()
    page.get_by_role("link", name="Run…").or_(page.get_by_role("button", name="Run…")).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Or its lines, or a statement in each line").fill(REQUIREMENTS)
    dialog.get_by_role("button", name="Run").click()
    page.wait_for_url("**/automation/executions/*/")
    world.arrange(lambda: run_execution(Execution.objects.get(project=world.project).id))
    page.reload()
    page.get_by_role("button", name="Commit 1 change").click()
    expect(page.get_by_role("heading", name="Committed")).to_be_visible()


def release(world: World) -> str:
    """Submit the newest version with the gate on, and sign it; the release's id."""
    rules = {"gates": {"traceability": {"tests": True, "passages": True, "risks": True}}}
    set_policy(caller=world.caller("owner"), project_id=world.project.id, rules=rules)
    made = submit(world, "1.0.0", 13)
    for meaning, by in (("authored", "editor"), ("reviewed", "reviewer"), ("approved", "approver")):
        sign(world, made, meaning, by)
    return str(made.id)


def test_from_an_adopted_module_to_the_matrix_in_the_bundle(person: Open, world: World, tmp_path: Path) -> None:
    # Before windows open: passwords end sessions.
    world.arrange(lambda: let_sign(world))
    mara, daniel = person("owner"), person("editor")
    adopt(mara.open("automation/modules/"))
    import_requirements(daniel, world)
    tables = Tables(world)
    (case,) = tables.add([{"case": "Grade 40 sample events"}], "tests")
    requirement = str(world.arrange(lambda: Row.objects.get(project=world.project, facet="requirements").record))
    tables.link(case, requirement)

    page = daniel.at_work()
    link_line(page, daniel, LINE, "REQ-1")
    link = page.locator(".passage-link")
    expect(link).to_have_attribute("data-state", "confirmed")
    save(world, "owner", "prompt_text", prompt_of(world).replace(LINE, "Grade each event"))
    expect(link).to_have_attribute("data-state", "suspect")
    link.locator("button.line-chip").focus()
    page.keyboard.press("c")
    expect(link).to_have_attribute("data-state", "confirmed")

    made = world.arrange(lambda: release(world))
    page = mara.open(f"releases/{made}/")
    expect(page.locator(".release-title .badge")).to_contain_text("Frozen")
    with page.expect_download() as download:
        page.get_by_role("link", name="Bundle").click()
    zipfile.ZipFile(download.value.path()).extractall(tmp_path)
    root = next(path.parent for path in tmp_path.rglob("verify.py"))
    (matrix,) = root.rglob("trace.csv")
    rows = list(csv.reader(matrix.read_text(encoding="utf-8").splitlines()))
    assert any("REQ-1" in row for row in rows)
    verdict = subprocess.run([sys.executable, "verify.py"], cwd=root, capture_output=True, text=True, check=False)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
