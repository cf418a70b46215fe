"""What was before a bundle, and what people have decided against rules: from the log, and from the bundle itself.

The log is read only for records that were in a table once, and for fields that were written and are empty.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from stages.automation.consequences.reader import StateReader
from stages.automation.rules.language import NamedRule
from stages.automation.rules.matching import is_empty, matches
from stages.automation.rules.reading import class_of
from stages.registers.fold.bundles import Sourced
from stages.registers.fold.effects import Field
from stages.registers.fold.increment import Increment
from stages.registers.fold.payloads import AttachFacet, DetachFacet, SetField
from stages.registers.models import Operation

_OF_TABLES: Final = ("AttachFacet", "DetachFacet")


def is_of_rule(source: Mapping[str, Any] | None) -> bool:
    """Whether an operation with this source comes from a rule; from a script, a person has accepted it."""
    return bool(source) and "rule" in (source or {})


class Decisions:
    """Answers `rules.reading.Past` for a bundle: `before` is the state without it, `after` that with it."""

    def __init__(self, project_id: UUID, after: Increment, before: Increment, payloads: Sequence[Sourced] = ()) -> None:
        self._project_id = project_id
        self._after = after
        self._before = StateReader(before)
        self._expected: set[str] = set()
        self._matched: dict[tuple[NamedRule, str], bool] = {}
        self._removed: dict[tuple[str, str], bool] = {}
        self._by_rule: dict[str, bool] = {}
        # The last that this bundle does: entities in and out of tables, and values, each with its source.
        self._tables: dict[tuple[str, str], tuple[bool, Any]] = {}
        self._fields: dict[Field, tuple[Any, Any]] = {}
        for payload, source in payloads:
            match payload:
                case AttachFacet(entity, facet) | DetachFacet(entity, facet):
                    self._tables[entity, facet] = isinstance(payload, DetachFacet), source
                case SetField(entity, facet, name):
                    self._fields[Field(entity, facet, name)] = payload.value, source

    def expect(self, records: Collection[str]) -> None:
        self._expected |= set(records)

    def matched(self, rule: NamedRule, record: str) -> bool:
        if (rule, record) not in self._matched:
            self._matched[rule, record] = matches(rule.rule, record, self._before)
        return self._matched[rule, record]

    def was_removed(self, record: str, table: str) -> bool:
        here = [self._tables[member, table] for member in self._members(record) if (member, table) in self._tables]
        if here:
            return any(is_out and not is_of_rule(source) for is_out, source in here)
        if (record, table) not in self._removed:
            self._read_removals(table, {*self._expected, record})
        return self._removed[record, table]

    def was_emptied(self, record: str, table: str, column: str) -> bool:
        raw = list(self._raw(record, table, column))
        here = [self._fields[each] for each in raw if each in self._fields]
        if any(is_empty(value) and not is_of_rule(source) for value, source in here):
            return True
        emptying = set(self._emptying(record, raw))
        if emptying - self._by_rule.keys():
            others = {op for each in self._expected for op in self._emptying(each, self._raw(each, table, column))}
            self._read_sources(others | emptying)
        return any(not self._by_rule.get(each, True) for each in emptying)

    def _members(self, record: str) -> Iterable[str]:
        return self._after.identity.members(record)

    def _raw(self, record: str, table: str, column: str) -> Iterator[Field]:
        """The raw fields behind a column of a table that a record is in, or would be in."""
        known = self._after.storage.records.get(record)
        one = class_of((table, column), self._after.classes)
        for (entity, facet), life in known.facts.facets.items() if known is not None else ():
            if life.attached or facet == table:
                yield from (Field(entity, within, name) for within, name in one if within == facet)

    def _emptying(self, record: str, raw: Iterable[Field]) -> Iterator[str]:
        """The operations by which raw fields are empty, or as if they had never been set."""
        known = self._after.storage.records.get(record)
        for each in raw if known is not None else ():
            for tip in known.facts.tips.get(each, ()) if known is not None else ():
                if tip.unset or is_empty(tip.value):
                    yield tip.op_id

    def _read_sources(self, operations: Iterable[str]) -> None:
        wanted = set(operations) - self._by_rule.keys()
        rows = Operation.objects.filter(project_id=self._project_id, op_id__in=wanted).values_list("op_id", "text")
        # What is in no row is of this bundle, and was looked at already.
        self._by_rule |= dict.fromkeys(wanted, True)
        self._by_rule |= {str(op_id): is_of_rule(json.loads(text).get("source")) for op_id, text in rows}

    def _read_removals(self, table: str, records: Iterable[str]) -> None:
        """Who took records out of a table, where they were in it and are not."""
        members: dict[str, str] = {}
        for record in records:
            self._removed.setdefault((record, table), False)
            known = self._after.storage.records.get(record)
            facets = known.facts.facets if known is not None else {}
            members |= {entity: record for entity, facet in facets if facet == table}
        if not members:
            return
        rows = Operation.objects.filter(
            project_id=self._project_id, kind__in=_OF_TABLES, facet=table, entity__in=list(members)
        ).order_by("hlc", "op_id")
        for entity, kind, text in rows.values_list("entity", "kind", "text"):
            by_person = kind == "DetachFacet" and not is_of_rule(json.loads(text).get("source"))
            self._removed[members[str(entity)], table] = by_person


class Kept(Decisions):
    """Where nothing has changed: what matches has matched before."""

    def __init__(self, project_id: UUID, increment: Increment) -> None:
        super().__init__(project_id, increment, increment)

    def matched(self, rule: NamedRule, record: str) -> bool:
        return True
