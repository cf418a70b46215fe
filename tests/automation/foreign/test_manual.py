"""The foreign view of `docs/modules.md` fits its types, is packed, added and adopted, and does what the manual says."""

from __future__ import annotations

import json
import re
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import expect

from stages.automation.services.modules import adopt_module
from stages.registers.services.records import create_records
from tests.automation.foreign.conftest import Project
from tests.automation.foreign.test_views import drawn

TOOLS = settings.BASE_DIR / "node_modules" / ".bin"
MANUAL = (settings.BASE_DIR / "docs" / "modules.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.skipif(not (TOOLS / "esbuild").exists(), reason="no esbuild here")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The module of the manual, with the types of its view."""
    (manifest,) = re.findall(r"```toml\n(\[module\]\nname = \"visits\".*?)```", MANUAL, re.DOTALL)
    (source,) = re.findall(r"```ts\n(.*?)```", MANUAL, re.DOTALL)
    (tmp_path / "module.toml").write_text(manifest, encoding="utf-8")
    call_command("pack_module", tmp_path, types=True, stdout=StringIO())
    (tmp_path / "views" / "progress.ts").write_text(source, encoding="utf-8")
    return tmp_path


def compiled(folder: Path) -> str:
    """What TypeScript says of the views of a module."""
    options = {"strict": True, "target": "es2022", "lib": ["es2023"], "types": [], "noEmit": True}
    given = {"compilerOptions": {**options, "noUncheckedIndexedAccess": True}, "include": ["views"]}
    (folder / "tsconfig.json").write_text(json.dumps(given), encoding="utf-8")
    done = subprocess.run([TOOLS / "tsc", "-p", folder], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


MISTAKES = (
    'foundry.draw(["a", {}, "x"]);',
    'foundry.draw(["heading", { level: 7 }]);',
    'foundry.draw(["stack", { style: "x" }]);',
    'foundry.draw(foundry.h("heading", { label: "x" }));',
    'void foundry.propose([{ act: "set", table: "visits" }]);',
    'foundry.on("x", (value: number) => void value);',
    'fetch("https://example.org");',
    "document.title;",
)
FINE = "const timer = setTimeout(() => clearTimeout(timer), 5);"


def test_it_fits_its_types_which_find_mistakes(folder: Path) -> None:
    lines = [*MISTAKES, FINE, "export {};"]
    (folder / "views" / "mistakes.ts").write_text("\n".join(lines), encoding="utf-8")
    errors = [line for line in compiled(folder).splitlines() if not line.startswith(" ")]
    found = {re.sub(r"^(?:.*/)?(\w+\.ts)\((\d+),\d+\): error .*", r"\1 \2", error) for error in errors}
    assert found == {f"mistakes.ts {number}" for number in range(1, len(MISTAKES) + 1)}


def test_it_does_what_the_manual_says(foreign: Project, folder: Path) -> None:
    archive = folder / "visits.zip"

    def add() -> None:
        call_command("pack_module", folder, to=archive, stdout=StringIO())
        call_command("add_module", archive, stdout=StringIO())
        caller, project_id = foreign.world.caller("owner"), foreign.world.project.id
        adopt_module(caller=caller, project_id=project_id, name="visits")
        rows = [{"site": "Lund", "state": "Planned"}, {"site": "Malmö", "state": "Done"}]
        create_records(caller=caller, project_id=project_id, table="visits", rows=rows)

    foreign.world.arrange(add)
    page = foreign.person("owner").open("automation/views/visits/progress/")
    for grant in ("Read Visits · Site", "Read Visits · State", "Propose changes of Visits · State"):
        page.get_by_role("checkbox", name=grant).check()
    page.get_by_role("button", name="Switch on").click()
    place = drawn(page).locator(".drawn-place")
    place.get_by_role("row", name="Lund Planned").click()
    place.get_by_role("button", name="Propose that Lund is done").click()
    page.get_by_role("button", name="Commit 1 change").click()
    expect(place.get_by_role("row", name="Lund Done")).to_be_visible()
