from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from stages.automation.executing.working import run_execution
from stages.automation.models import Execution
from stages.automation.services.scripts import Saved, run_script, save_script, switch_script
from stages.registers.models import Row
from stages.registers.schema import Column
from tests.registers.storing.world import Desk

EVERYTHING = {"read": ["contacts", "cast", "field:*"], "write": ["contacts", "cast", "field:*"]}


@dataclass
class ScriptDesk(Desk):
    """The editor with two tables, and an owner who switches scripts on."""

    owner: Caller

    def save(self, source: str, *, name: str = "people", **facts: Any) -> Saved:
        return save_script(caller=self.caller, project_id=self.project.id, name=name, source=source, **facts)

    def switch(self, saved: Saved, *, is_on: bool = True, grants: Mapping[str, Any] | None = None) -> None:
        switch_script(
            caller=self.owner,
            project_id=self.project.id,
            script_id=saved.script_id,  # type: ignore[arg-type]
            sha256=saved.sha256,
            is_on=is_on,
            grants=EVERYTHING if grants is None else grants,
        )

    def start(self, saved: Saved, **args: Any) -> Execution:
        return run_script(
            caller=self.caller,
            project_id=self.project.id,
            script_id=saved.script_id,  # type: ignore[arg-type]
            args=args,
        )

    def run(self, source: str, *, grants: Mapping[str, Any] | None = None, **args: Any) -> Execution:
        """Save a script, switch it on, run it, and work it off."""
        settings = {"args": [{"name": name} for name in args]}
        saved = self.save(source, settings=settings)
        self.switch(saved, grants=grants)
        return self.work(self.start(saved, **args))

    def work(self, execution: Execution) -> Execution:
        run_execution(execution.id)
        execution.refresh_from_db()
        return execution

    def rows(self, facet: str = "contacts") -> list[dict[str, Any]]:
        rows = Row.objects.filter(project=self.project, facet=facet)
        return sorted(rows.values_list("shown", flat=True), key=lambda shown: str(shown.get("name")))


@pytest.fixture
def desk(project: Project, owner: User, editor: User, caller_for: Callable[..., Caller]) -> ScriptDesk:
    desk = ScriptDesk(project, caller_for(editor), caller_for(owner))
    people = (Column("name"), Column("email", unique=True), Column("notes", crdt=True))
    desk.create_table("contacts", key_prefix="", columns=people)
    desk.create_table("cast", key_prefix="", columns=(Column("actor"), Column("age", "integer")))
    return desk
