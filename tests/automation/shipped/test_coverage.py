"""The view Coverage of `traceability`: its script is what its TypeScript makes, which fits its types; and it works."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from stages.automation.foreign.views import find_view
from stages.automation.packages import read_archive
from stages.automation.packages.packing import TYPES, pack_folder
from stages.automation.packages.shipped import FOLDER, shipped_modules
from stages.automation.services.modules import adopt_module
from stages.automation.services.views import switch_view
from stages.registers.services.records import create_records
from tests.browser.conftest import (  # noqa: F401 (fixtures)
    arrange,
    chromium,
    person,
    pictures,
    whole_pages,
    world,
)
from tests.browser.people import Person, World
from tests.browser.test_accessible import PHONE, in_both_themes, resize, too_wide

TOOLS = settings.BASE_DIR / "node_modules" / ".bin"
MODULE = FOLDER / "traceability"
needs_tools = pytest.mark.skipif(not (TOOLS / "esbuild").exists(), reason="no esbuild here")


@needs_tools
def test_its_script_is_made_of_its_text(tmp_path: Path) -> None:
    _manifest, archive = pack_folder(MODULE, esbuild=TOOLS / "esbuild")
    assert read_archive(archive) == shipped_modules()["traceability"].files
    for each in (MODULE / "views" / "coverage.ts", TYPES):
        shutil.copy(each, tmp_path)
    options = {"strict": True, "target": "es2022", "lib": ["es2023"], "types": [], "noEmit": True}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options}), encoding="utf-8")
    done = subprocess.run([TOOLS / "tsc", "-p", tmp_path], capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_a_test_case_is_proposed_where_none_is(person: Callable[..., Person], world: World) -> None:  # noqa: F811
    def adopt() -> None:
        owner, project_id = world.caller("owner"), world.project.id
        adopt_module(caller=owner, project_id=project_id, name="traceability")
        rows = [{"statement": "Stop on grade 4", "priority": "Must"}, {"statement": "Go on", "priority": "Should"}]
        create_records(caller=owner, project_id=project_id, table="requirements", rows=rows)
        view = find_view(project_id, owner.user, "traceability", "coverage")
        given = {"module": "traceability", "name": "coverage", "sha256": view.sha256}
        grants = {"read": view.asks.read, "write": view.asks.write}
        switch_view(caller=owner, project_id=project_id, is_on=True, grants=grants, **given)

    world.arrange(adopt)
    page = person("editor").open("automation/views/traceability/coverage/")
    place = page.locator(".drawn-place")
    expect(place.get_by_text("0 %").first).to_be_visible()
    assert in_both_themes(page) == []
    resize(page, PHONE)
    assert too_wide(page) == []
    resize(page, (1440, 900))
    place.get_by_role("row", name="REQ-1 Stop on grade 4 No test").click()
    place.get_by_label("Another test case").press_sequentially("Grade 4 stops the drug")
    place.get_by_role("button", name="Propose it").click()
    staged = page.get_by_role("region", name="staged for you")
    expect(staged.get_by_text("New in Test cases")).to_be_visible()
    expect(place.get_by_label("Another test case")).to_have_value("")
    staged.get_by_role("button", name="Commit").click()
    expect(place.get_by_role("row", name="REQ-1 Stop on grade 4 Not run")).to_be_visible()
    expect(place.get_by_text("50 %")).to_be_visible()
