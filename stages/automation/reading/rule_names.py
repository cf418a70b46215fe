"""What rules are and were called: operations name a rule by what it was called when it wrote them.

A name that a rule ever had stays its own, so a source is never that of another rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from stages.automation.facets import RULE
from stages.automation.reading.rule_labels import label_of
from stages.registers.models import Life, Operation, Row


@dataclass(frozen=True, slots=True)
class RuleName:
    """A rule by its record and its present name, the last one of a rule that was deleted (`is_gone`).

    `label` is what people call it.
    """

    id: str
    name: str
    is_gone: bool
    label: str


def rules_called(project_id: UUID, names: Iterable[str]) -> dict[str, RuleName]:
    """The rules that have or had these names, by the name. One query where all have them still."""
    wanted = set(names)
    if not wanted:
        return {}
    rows = Row.objects.filter(project_id=project_id, facet=RULE)
    shown = {str(record): values for record, values in rows.values_list("record", "shown")}
    present = {record: str(values.get("name") or "") for record, values in shown.items()}
    labels = {record: label_of(name, str(shown[record].get("module") or "")) for record, name in present.items()}
    found = {name: RuleName(record, name, False, labels[record]) for record, name in present.items() if name in wanted}
    if wanted <= found.keys():
        return found
    for record, former in _all_names(project_id).items():
        last = present.get(record, former[-1])
        found |= {
            name: RuleName(record, last, record not in present, labels.get(record, last))
            for name in former
            if name in wanted - found.keys()
        }
    return found


def names_of_rule(project_id: UUID, record: str) -> set[str]:
    """All that a rule was ever called."""
    return set(_named(project_id, [record]).get(record, ()))


def name_of_rule(project_id: UUID, record: str) -> str:
    """What a rule is called, or was called last; empty where there never was one."""
    shown = Row.objects.filter(project_id=project_id, facet=RULE, record=record).values_list("shown__name", flat=True)
    return shown.first() or next(reversed(_named(project_id, [record]).get(record, [""])))


def _all_names(project_id: UUID) -> dict[str, list[str]]:
    """The names of all rules that there ever were, the last one last, by their records."""
    records = Life.objects.filter(project_id=project_id, kind="facet", facet=RULE).values_list("subject", flat=True)
    return _named(project_id, map(str, records))


def _named(project_id: UUID, records: Iterable[str]) -> dict[str, list[str]]:
    operations = Operation.objects.filter(
        project_id=project_id, kind="SetField", facet=RULE, field="name", entity__in=list(records)
    ).order_by("hlc", "op_id")
    found: dict[str, list[str]] = {}
    for entity, text in operations.values_list("entity", "text"):
        value = json.loads(text)["payload"].get("value")
        if isinstance(value, str):
            found.setdefault(str(entity), []).append(value)
    return found
