"""A project that adopts the modules that come with Foundry, and runs their scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from blobs.models import Blob
from drafts.models import Draft
from proposals.models import Proposal
from proposals.services import accept_proposal
from stages.automation.executing.working import run_execution
from stages.automation.facets import SCRIPT, record_id
from stages.automation.models import Execution
from stages.automation.packages.shipped import shipped_modules
from stages.automation.reading.adoption import wishes_of
from stages.automation.services.scripts import run_script
from stages.registers.models import Row
from tests.automation.modules.conftest import site  # noqa: F401 (a fixture)
from tests.automation.modules.world import Site
from tests.writers import Writer


@dataclass
class Shipped:
    """The editor runs scripts of adopted modules, to whom an owner granted all that they ask for."""

    site: Site

    def adopt(self, name: str) -> None:
        grants: dict[str, list[str]] = {}
        for each in wishes_of(shipped_modules()[name].manifest):
            grants.setdefault(each.kind, []).append(each.text)
        self.site.adopt(name, grants=grants)

    def run(self, script: str, **args: Any) -> Execution:
        project_id = self.site.project.id
        record: Any = record_id(project_id, SCRIPT, script)
        execution = run_script(caller=self.site.editor, project_id=project_id, script_id=record, args=args)
        run_execution(execution.id)
        execution.refresh_from_db()
        return execution

    def write(self, field: str, text: str) -> None:
        """The editor saves a version."""
        writer, newest = Writer(self.site.editor, self.site.project), Draft.objects.of_project(self.site.project.id)
        current = newest.first()
        content: Any = {"content": text} if field.startswith("files/") else text
        base = current.version_number if current else 0
        writer.save({field: content}, writer.take(field), base=base, release_locks=True)

    def log(self, execution: Execution) -> str:
        return Blob.objects.get(pk=execution.log).text if execution.log else ""

    def accept(self, execution: Execution) -> None:
        assert execution.proposal_id is not None
        proposal = Proposal.objects.get(pk=execution.proposal_id)
        accept_proposal(caller=self.site.editor, proposal_id=proposal.id, message="Done", round=1)

    def rows(self, table: str) -> list[dict[str, Any]]:
        shown = Row.objects.filter(project=self.site.project, facet=table).values_list("shown", flat=True)
        return sorted(shown, key=lambda each: str(each.get("key") or each.get("name")))


@pytest.fixture
def shipped(site: Site) -> Shipped:  # noqa: F811 (the fixture)
    return Shipped(site)
