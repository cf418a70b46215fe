"""What a rule was before: each change of its definition or name, by whom, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from stages.automation.consequences.switched import read_named
from stages.automation.facets import RULE
from stages.automation.rules.language import NamedRule
from stages.registers.fold.effects import Key, Subject
from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import DeleteEntity, SetField
from stages.registers.reading.log import operations_on
from stages.registers.reading.reasons import reasons_of


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One change. `act` is `saved`, `renamed` or `deleted`; `last` is its last operation, `rule` None if unreadable."""

    act: str
    name: str
    definition: str
    rule: NamedRule | None
    last: Operation
    reason: str


def history_of_rule(project_id: UUID, rule_id: str) -> list[RuleChange]:
    """All that was done to the definition and the name of a rule, deleted or not. Two queries."""
    lives = (Subject("entity", rule_id), Subject("facet", rule_id, RULE))
    operations = operations_on(project_id, [Key("life", each) for each in lives])
    reasons = reasons_of(project_id, {each.bundle_id for each in operations})
    return list(_changes(rule_id, operations, reasons))[::-1]


def _changes(rule_id: str, operations: Iterable[Operation], reasons: dict[str, str]) -> Iterator[RuleChange]:
    name = definition = ""
    for bundle, group in groupby(operations, key=lambda each: each.bundle_id):
        listed = list(group)
        act = ""
        for each in listed:
            match each.payload:
                case SetField(_, _, "name", str(value)):
                    act, name = "renamed" if name and not act else act or "saved", value
                case SetField(_, _, "definition", str(value)):
                    act, definition = "saved", value
                case DeleteEntity():
                    act = "deleted"
        if act:
            rule = read_named(rule_id, name, definition)
            yield RuleChange(act, name, definition, rule, listed[-1], reasons.get(bundle, ""))
