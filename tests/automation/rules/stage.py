"""A project with cues, SM cues and people, whose owner saves rules."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from accounts.callers import Caller
from stages.automation.services.rule_proposals import propose_of_rule
from stages.automation.services.rules import Saved, check_rule, save_rule
from stages.registers import verbs
from stages.registers.fold.views import Record
from stages.registers.models import Operation
from stages.registers.schema import Column, Option
from stages.registers.schema.model import BOOLEAN, ENUM, INTEGER, Relation
from tests.registers.storing.world import Desk

DEPARTMENT = Column("department", ENUM, options=(Option("lighting", "Lighting"), Option("sound", "Sound")))
CUES = (Column("title"), Column("called", BOOLEAN), Column("number", INTEGER), DEPARTMENT)
CALLED: dict[str, Any] = {
    "scope": "cues",
    "when": [{"column": "called", "is": True}],
    "add_to": "sm_cues",
    "fill": {"department": "lighting"},
}


@dataclass
class Stage(Desk):
    """An editor's desk (`caller`), and the owner who saves rules."""

    owner: Caller | None = None

    def begin(self) -> None:
        self.create_table("cues", key_prefix="Q", columns=CUES)
        self.create_table("sm_cues", key_prefix="SM", columns=(DEPARTMENT, Column("note"), Column("page", INTEGER)))
        self.create_table("people", key_prefix="", columns=(Column("name"), Column("mail")))
        calls = Relation("calls", source="people", target="cues")
        self.write(lambda acts, schema: verbs.add_relation(acts, schema, calls))

    def save(self, name: str, definition: Any, **facts: Any) -> Saved:
        assert self.owner is not None
        given = {"is_on": True, **facts}
        return save_rule(caller=self.owner, project_id=self.project.id, name=name, definition=definition, **given)

    def check(self, definition: Any, **facts: Any) -> Any:
        return check_rule(caller=self.caller, project_id=self.project.id, definition=definition, **facts)

    def call(self, record: str, called: Any = True) -> None:
        self.set(record, "called", called, facet="cues")

    def tables(self, record: str) -> set[str]:
        return set(self.record(record).fields)

    def record(self, record: str) -> Record:
        return self.state().records[record]

    def sources(self, record: str) -> list[tuple[str, str | None]]:
        """The kinds of operations at a record with the rules that they come from, in the last bundle."""
        last = Operation.objects.filter(project=self.project, entity=record).latest("bundle", "position").bundle_id
        found = Operation.objects.filter(bundle=last, entity=record).order_by("position")
        return [(each.kind, (_source(each.text) or {}).get("rule")) for each in found]

    def propose(self, saved: Saved) -> Any:
        """Do the job that the rule's proposal is made by."""
        return propose_of_rule(self.project.id, saved.id)


def _source(text: str) -> Any:
    return json.loads(text).get("source")
