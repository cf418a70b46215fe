"""A module with a foreign view, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import randbelow
from typing import Any
from uuid import UUID

from accounts.callers import Caller, foundry_caller
from blobs.models import sha256_of
from stages.automation.services.modules import adopt_module
from stages.automation.services.packages import add_package
from stages.automation.services.views import switch_view
from stages.registers.services.records import create_records
from tests.automation.packages.making import module

MANIFEST = """
[module]
name = "studies"
version = "{version}"
title = "Studies"

[capabilities]
read = ["studies.title", "studies.status", "relation:follows", "field:prompt_text"]
write = ["studies.status", "studies.*", "relation:follows", "field:files/notes.md"]

[tables.studies]
title = "Studies"
key_prefix = "STU"
columns.title = {{type = "text", title = "Title"}}
columns.status = {{type = "text", title = "Status"}}
columns.secret = {{type = "text", title = "Secret"}}

[tables.others]
columns.text = {{type = "text"}}

[relations.follows]
title = "follows"
source = "studies"
target = "studies"

[views.overview]
kind = "foreign"
title = "Overview"
"""
SOURCE = 'foundry.draw(["p", {}, "Hello"]);\n'
READ = {"read": ["studies.title", "studies.status"], "write": []}
STATUS = {"read": ["studies.title", "studies.status", "relation:follows"], "write": ["studies.status"]}
EVERYTHING = {
    "read": ["studies.title", "relation:follows", "field:prompt_text"],
    "write": ["studies.*", "relation:follows", "field:files/notes.md"],
}


@dataclass(frozen=True)
class Views:
    """The view `studies/overview` of a project, whose owner adopts and switches on."""

    project_id: UUID
    owner: Caller

    @property
    def path(self) -> str:
        """Where REST has it."""
        return f"projects/{self.project_id}/views/studies/overview/"

    def adopt(self, source: str = SOURCE, *, version: str = "", manifest: str = MANIFEST) -> str:
        """Add a version of the module and adopt it; the hash of the view's text."""
        version = version or f"1.{randbelow(10**6)}.{randbelow(10**6)}"
        archive = module(manifest.format(version=version), views__overview_js=source)
        add_package(caller=foundry_caller("command"), archive=archive)
        adopt_module(caller=self.owner, project_id=self.project_id, name="studies", version=version)
        return sha256_of(source.encode())

    def create(self, *rows: Mapping[str, Any], table: str = "studies") -> list[str]:
        """New records; their ids."""
        done = create_records(caller=self.owner, project_id=self.project_id, table=table, rows=list(rows))
        return [str(each) for each in done.answer]

    def switch(self, sha256: str, grants: Mapping[str, Sequence[str]] = READ, *, is_on: bool = True) -> None:
        switch_view(
            caller=self.owner,
            project_id=self.project_id,
            module="studies",
            name="overview",
            sha256=sha256,
            is_on=is_on,
            grants=grants,
        )
