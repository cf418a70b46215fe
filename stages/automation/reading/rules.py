"""The rules of a project, as they are saved and switched here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from blobs.models import sha256_of
from stages.automation.consequences.switched import read_named
from stages.automation.facets import MODULE, RULE
from stages.automation.models import Switch
from stages.automation.reading.records import StageRecord
from stages.automation.reading.rule_labels import label_of
from stages.automation.rules.language import NamedRule
from stages.registers.models import Row


@dataclass(frozen=True, slots=True)
class SavedRule:
    """A rule of a project. `rule` is None where its definition cannot be read.

    `is_conflicted`: two sites wrote different rules, or adopted different versions of its module.
    """

    id: str
    name: str
    definition: str
    module: str
    is_on: bool
    is_conflicted: bool
    rule: NamedRule | None

    @property
    def label(self) -> str:
        """What people call it: of a rule of a module its own name there, in words."""
        return label_of(self.name, self.module)

    @property
    def value(self) -> Mapping[str, Any]:
        """The definition as an object; empty where it is none."""
        try:
            value = json.loads(self.definition)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


def rules_of(project_id: UUID) -> list[SavedRule]:
    """The rules of a project by their names. Two queries."""
    facets = Row.objects.filter(project_id=project_id, facet__in=(RULE, MODULE))
    records = list(facets.values_list("facet", "record", "shown", "conflicts"))
    conflicted = {shown.get("name") for facet, _record, shown, conflicts in records if facet == MODULE and conflicts}
    rows = [row for facet, *row in records if facet == RULE]
    switches = {
        record: (sha256, is_on)
        for record, sha256, is_on in Switch.objects.filter(project_id=project_id, kind="rule").values_list(
            "record", "sha256", "is_on"
        )
    }
    found = [
        _saved(str(record), shown, bool(conflicts) or shown.get("module") in conflicted, switches.get(record))
        for record, shown, conflicts in rows
    ]
    return sorted(found, key=lambda each: (each.name, each.id))


def is_switched_on(project_id: UUID, rule: StageRecord) -> bool:
    """Whether a rule is on at this site, in the text that it has."""
    digest = sha256_of(rule.text("definition").encode())
    switched = Switch.objects.filter(project_id=project_id, record=rule.entity, sha256=digest, is_on=True)
    return not rule.is_conflicted and switched.exists()


def _saved(record: str, shown: Mapping[str, Any], is_conflicted: bool, switch: tuple[str, bool] | None) -> SavedRule:
    name, definition, module = (str(shown.get(each) or "") for each in ("name", "definition", "module"))
    sha256, is_on = switch or ("", False)
    return SavedRule(
        id=record,
        name=name,
        definition=definition,
        module=module,
        is_on=is_on and not is_conflicted and sha256 == sha256_of(definition.encode()),
        is_conflicted=is_conflicted,
        rule=read_named(record, name, definition),
    )
