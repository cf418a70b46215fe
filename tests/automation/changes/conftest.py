from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import F

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from proposals.models import Change, Proposal, ProposalState
from proposals.services import accept_proposal, reject_proposal
from stages.automation.executing.working import run_execution
from stages.automation.models import Due, Execution, Switch
from stages.automation.services.changes import look_at_changes
from stages.automation.services.scripts import Saved
from stages.registers.schema import Column
from tests.automation.executing.conftest import ScriptDesk

ALL = {"read": ["contacts", "cast", "relation:*", "field:*"], "write": ["contacts", "cast", "field:*"]}
# Notes all that it is given, and proposes nothing.
LOG = "for _, each in ipairs(context.changes) do print(json.encode(each)) end"
# Proposes the e-mail of each contact that it is given in small letters, in another column.
COPY = """
for _, each in ipairs(context.changes) do
    if each.new then core.set_field(each.record, "contacts.copy", string.lower(each.new)) end
end
"""


@dataclass
class ChangeDesk(ScriptDesk):
    """The desk with scripts that run on change."""

    def watch(self, *triggers: str, source: str = LOG, name: str = "watch", grants: Any = None) -> Saved:
        """Save a script, and switch it on."""
        saved = self.save(source, name=name, settings={"on_change": list(triggers)})
        self.switch(saved, grants=ALL if grants is None else grants)
        return saved

    def due(self, saved: Saved | None = None) -> dict[str, Any]:
        found = Due.objects.filter(project=self.project, **({"record": saved.script_id} if saved else {}))
        return {each.subject: each.first and each.first["value"] for each in found}

    def look(self, saved: Saved) -> Execution | None:
        """Look at what waits for a script, as if nothing had changed for an hour."""
        hour = timedelta(hours=1)
        Due.objects.filter(record=saved.script_id).update(changed_at=F("changed_at") - hour, since=F("since") - hour)
        return look_at_changes(self.project.id, UUID(saved.script_id))

    def follow(self, saved: Saved) -> Execution:
        """Look, and work the execution off that begins."""
        execution = self.look(saved)
        assert execution is not None
        run_execution(execution.id)
        execution.refresh_from_db()
        return execution

    def proposals(self) -> list[Proposal]:
        return list(Proposal.objects.filter(project=self.project, origin_type="script").order_by("id"))

    def staged(self, proposal: Proposal) -> dict[str, Any]:
        """What a proposal sets, by record and column."""
        changes = Change.objects.filter(proposal=proposal)
        return {"/".join(each.target.split("/")[1::2]): each.value and each.value["value"] for each in changes}

    def accept(self, proposal: Proposal) -> None:
        newest = proposal.rounds.latest("number").number
        accept_proposal(caller=self.caller, proposal_id=proposal.id, message="Yes", round=newest)

    def reject(self, proposal: Proposal) -> None:
        reject_proposal(caller=self.caller, proposal_id=proposal.id, reason="No.")

    def open_one(self) -> Proposal:
        (found,) = (each for each in self.proposals() if each.state == ProposalState.OPEN)
        return found

    def switch_now(self, saved: Saved) -> Switch:
        return Switch.objects.get(record=saved.script_id)


def seen(*executions: Execution) -> list[Mapping[str, Any]]:
    """The changes that executions were given."""
    return [each for execution in executions for each in execution.changes]


@pytest.fixture
def desk(project: Project, owner: User, editor: User, caller_for: Callable[..., Caller]) -> ChangeDesk:
    desk = ChangeDesk(project, caller_for(editor), caller_for(owner))
    people = (Column("name"), Column("email"), Column("copy"), Column("notes", crdt=True))
    desk.create_table("contacts", key_prefix="", columns=people)
    desk.create_table("cast", key_prefix="", columns=(Column("actor"), Column("age", "integer")))
    return desk
