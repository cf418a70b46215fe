"""The rules that are on at this site, as they are saved."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from drafts.memory import Memory
from kernel.statements import RowValues
from stages.automation.facets import RULE
from stages.automation.reading.rule_names import name_of_rule
from stages.automation.rules.applying import Plan, plan_of
from stages.automation.rules.graph import CycleFound, in_order
from stages.automation.rules.language import NamedRule
from stages.automation.rules.parsing import InvalidRule, read_rule
from stages.automation.rules.reading import Classes
from stages.automation.switched_on import switched_on
from stages.registers.models import Row

_KEPT: Final = 200

# Nothing of these becomes outdated: rules by record and hashes of definition and name, plans by rules and by columns
# that are one.
_rules: Memory[tuple[UUID, str], NamedRule | None] = Memory(_KEPT * 20)
_plans: Memory[tuple[str, frozenset[frozenset[tuple[str, str]]]], Plan] = Memory(_KEPT)


def rules_on(project_id: UUID) -> list[NamedRule]:
    """The rules that are on in a project."""
    return list(_load(project_id, switched_on(project_id).rules).values())


def plan_on(project_id: UUID, classes: Classes, row: RowValues | None = None) -> Plan:
    """The rules that are on, in their order. Raises `CycleFound` where columns that are one now close a cycle.

    `row` are the `switched_on_values`, where they have been read already.
    """
    switched = switched_on(project_id, row).rules
    key = (switched, frozenset(classes.values()))
    plan = _plans.recall([key]).get(key)
    if plan is None:
        plan = plan_of(_load(project_id, switched).values(), classes)
        _plans.keep({key: plan})
    return plan


def without_cycles(rules: Iterable[NamedRule], classes: Classes) -> list[NamedRule]:
    """The rules that have an order; of those in cycles, which two sites can make by mapping columns, none."""
    kept = list(rules)
    while True:
        try:
            return list(in_order(kept, classes))
        except CycleFound as found:
            kept = [each for each in kept if each not in found.cycle.rules]


def read_named(record: str, name: str, definition: object) -> NamedRule | None:
    """A rule as its record shows it; None where another site wrote something else into it."""
    try:
        return NamedRule(name, record, read_rule(json.loads(definition if isinstance(definition, str) else "")))
    except (InvalidRule, ValueError, RecursionError):
        return None


def source_of_rule(project_id: UUID, record: str) -> dict[str, str] | None:
    """How operations name a rule as their source, a deleted one by its last name."""
    name = name_of_rule(project_id, record)
    return {"rule": name} if name else None


def _load(project_id: UUID, switched: str) -> Mapping[UUID, NamedRule]:
    pairs = [(UUID(record), digest) for record, digest in (each.split(":") for each in switched.split())]
    known = _rules.recall(pairs)
    if missing := [record for record, digest in pairs if (record, digest) not in known]:
        rows = Row.objects.filter(project_id=project_id, facet=RULE, record__in=missing).values_list("record", "shown")
        shown = dict(rows)
        read = {
            (record, digest): read_named(str(record), str(shown[record].get("name")), shown[record].get("definition"))
            for record, digest in pairs
            if record in shown and record in missing
        }
        _rules.keep(read)
        known |= read
    return {record: rule for (record, _digest), rule in known.items() if rule is not None}
