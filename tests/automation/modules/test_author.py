"""A module written as `docs/modules.md` says: its own example, packed, added, adopted and at work."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from proposals.models import Proposal
from proposals.services import accept_proposal
from stages.automation.executing.working import run_execution
from stages.automation.facets import SCRIPT, record_id
from stages.automation.packages import read_manifest
from stages.automation.reading.rules import rules_of
from stages.automation.services.scripts import run_script
from tests.automation.modules.world import Site

pytestmark = pytest.mark.django_db

MANUAL = (settings.BASE_DIR / "docs" / "modules.md").read_text(encoding="utf-8")
REPORT = """
local words = require("words")
local done = 0
for _, study in ipairs(core.records("studies")) do
  if study.status == nil and done < (args.limit or 10) then
    core.set_field(study.id, "studies.status", words.first)
    done = done + 1
  end
end
print(done .. " studies")
"""


def _folder(at: Path) -> Path:
    manifest, *_parts = re.findall(r"```toml\n(\[module\].*?)```", MANUAL, re.DOTALL)
    files = {
        "module.toml": manifest,
        "scripts/report.lua": REPORT,
        "scripts/lib/words.lua": 'return {first = "Planned"}\n',
        "README.md": "Studies",
    }
    for name, text in files.items():
        (at / name).parent.mkdir(parents=True, exist_ok=True)
        (at / name).write_text(text, encoding="utf-8")
    return at


def test_the_module_of_the_manual_is_packed_added_adopted_and_works(site: Site, client: Client, tmp_path: Path):
    archive = tmp_path / "studies.zip"
    call_command("pack_module", _folder(tmp_path / "studies"), to=archive, stdout=StringIO())
    call_command("add_module", archive, stdout=StringIO())
    site.adopt("studies", grants={"read": ["studies.*"], "write": ["studies.status"]})

    # Its tables, keys and rule.
    (late,) = site.create("studies", {"title": "Phase I", "status": "running"})
    assert site.shown("studies", late) == {"key": "STU-1", "title": "Phase I", "status": "running"}
    assert site.shown("overdue", late) is not None
    assert [(each.name, each.is_on) for each in rules_of(site.project.id)] == [("studies/late", True)]

    # Its script, which is on since all that it asks for was granted, with its library.
    (new,) = site.create("studies", {"title": "Phase II"})
    record: Any = record_id(site.project.id, SCRIPT, "studies/report")
    execution = run_script(caller=site.editor, project_id=site.project.id, script_id=record, args={"limit": 5})
    run_execution(execution.id)
    execution.refresh_from_db()
    assert (execution.state, execution.error) == ("succeeded", "")
    proposal = Proposal.objects.get(pk=execution.proposal_id or "")
    accept_proposal(caller=site.editor, proposal_id=proposal.id, message="Done", round=1)
    assert (site.shown("studies", new) or {})["status"] == "Planned"

    # Its view.
    client.force_login(site.editor.user)
    page = client.get(f"/projects/{site.project.id}/automation/views/studies/board/", follow=True)
    assert page.status_code == 200
    assert "Phase II" in page.content.decode() or "By status" in page.content.decode()


def test_the_rule_of_the_manual_is_one():
    (text,) = re.findall(r"```toml\n(\[rules\.to_review\].*?)```", MANUAL, re.DOTALL)
    manifest, *_parts = re.findall(r"```toml\n(\[module\].*?)```", MANUAL, re.DOTALL)
    found = read_manifest({"module.toml": manifest + text, "scripts/report.lua": "return 1"})
    assert set(found.rules) == {"late", "to_review"}
