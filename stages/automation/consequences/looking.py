"""A rule on all records that are there: which fulfil it, which it would add, and which of its own it would remove."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from stages.automation.consequences.past import Kept
from stages.automation.consequences.reader import StateReader
from stages.automation.reading.rule_names import names_of_rule
from stages.automation.rules.applying import Consequence, apply_to_all
from stages.automation.rules.language import NamedRule
from stages.automation.rules.matching import asks_links, matches
from stages.registers.fold.increment import Increment
from stages.registers.models import Operation
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage


@dataclass(frozen=True, slots=True)
class Look:
    """Records by their ids.

    `consequences` is what the rule would change; `joining` are the records that would join its table, `leaving` those
    that it has added and that do not fulfil it any more, `staying` those that a person put there and that do not;
    `kept_out` are those that fulfil it and that a person took out.
    """

    matching: list[str] = field(default_factory=list)
    consequences: tuple[Consequence, ...] = ()
    joining: list[str] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)
    staying: list[str] = field(default_factory=list)
    kept_out: list[str] = field(default_factory=list)

    @property
    def filled(self) -> list[str]:
        """The records that would get values where they are."""
        return sorted({each.record for each in self.consequences if not each.joins})


def look(named: NamedRule, increment: Increment, project_id: UUID) -> Look:
    """What a rule would do to all records. It reads those of its scope, of its table, and what they are linked to."""
    rule, reader = named.rule, StateReader(increment)
    scope = records_in(increment, rule.scope)
    added = records_in(increment, rule.add_to) if rule.add_to else set()
    reader.prefetch(scope | added, links=asks_links(rule.when))
    matching = sorted(each for each in scope if matches(rule, each, reader))
    past = Kept(project_id, increment)
    outcome = apply_to_all(named, reader, matching, increment.classes, past)
    out = [each for each in matching if rule.add_to and not reader.is_in(each, rule.add_to)]
    joining = {each.record for each in outcome.consequences if each.joins}
    unfulfilled = sorted(each for each in added - set(matching) if rule.add_to and reader.is_in(each, rule.add_to))
    by_rule = added_by(named, increment, project_id, rule.add_to or "", unfulfilled)
    return Look(
        matching=matching,
        consequences=outcome.consequences,
        joining=sorted(joining),
        kept_out=[each for each in out if each not in joining],
        leaving=[each for each in unfulfilled if each in by_rule] if rule.when_lost == "propose" else [],
        staying=[each for each in unfulfilled if each not in by_rule or rule.when_lost == "keep"],
    )


def count_matching(named: NamedRule, storage: PostgresStorage) -> int:
    """How many records fulfil a rule."""
    increment = StoredIncrement(storage)
    reader = StateReader(increment)
    scope = records_in(increment, named.rule.scope)
    reader.prefetch(scope, links=asks_links(named.rule.when))
    return sum(1 for each in scope if matches(named.rule, each, reader))


def records_in(increment: Increment, table: str) -> set[str]:
    """The records that have a part in a table, deleted ones included."""
    return {increment.identity.place(each, table) for each in increment.storage.entities_with(table)}


def added_by(rule: NamedRule, increment: Increment, project_id: UUID, table: str, records: Iterable[str]) -> set[str]:
    """Those of some records that a rule put into a table: the last time that one of their entities was attached."""
    members = {member: each for each in records for member in increment.identity.members(each)}
    if not members:
        return set()
    operations = Operation.objects.filter(
        project_id=project_id, kind="AttachFacet", facet=table, entity__in=list(members)
    ).order_by("hlc", "op_id")
    last: Mapping[str, object] = {
        members[str(entity)]: json.loads(text).get("source")
        for entity, text in operations.values_list("entity", "text")
    }
    names = names_of_rule(project_id, rule.id) if rule.id else set()
    return {record for record, source in last.items() if isinstance(source, dict) and source.get("rule") in names}
