"""Rules are saved and switched on by owners, once they are asked for what they name, and for cycles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext

from accounts.callers import Caller
from audit.models import Event
from blobs.models import sha256_of
from kernel.canonical import canonical
from kernel.errors import Conflict, NotFound, PayloadTooLarge, ValidationFailed
from kernel.transactions import one_moment
from projects.access import get_project
from stages.automation.choices import Kind
from stages.automation.consequences.looking import Look, look
from stages.automation.consequences.naming import mistakes
from stages.automation.consequences.switched import rules_on
from stages.automation.errors import refuse_cycle
from stages.automation.facets import RULE, record_id
from stages.automation.jobs import queue_rule
from stages.automation.permissions import READ, SAVE_RULE
from stages.automation.reading.records import StageRecord, records_of
from stages.automation.reading.rule_names import RuleName, rules_called
from stages.automation.refusals import refuse_mistakes, refuse_rule
from stages.automation.rules.graph import Cycle, find_cycle
from stages.automation.rules.language import NamedRule, Rule
from stages.automation.rules.parsing import InvalidRule, read_rule
from stages.automation.services.switching import set_switch
from stages.automation.services.writing import automation_write, write_records
from stages.registers.fold.acts import Acts
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import check_name
from stages.registers.schema import Schema
from stages.registers.schema.stored import stored_schema
from stages.registers.services.writing import RegisterWrite
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage
from stages.registers.verbs import schema_records

MAX_DEFINITION: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Saved:
    """A rule that was saved: its record, and whether it is on; `repeated` is an answer that was given before."""

    id: str
    name: str
    is_on: bool
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """What a rule would do if it were saved now; `cycle` is why it cannot be on."""

    rule: Rule
    look: Look
    cycle: Cycle | None
    schema: Schema


def save_rule(
    *,
    caller: Caller,
    project_id: UUID,
    definition: Any,
    is_on: bool,
    name: str = "",
    rule_id: UUID | None = None,
) -> Saved:
    """Save a rule under a new name, or (`rule_id`) change one, and switch it on or off in this text. Owners only.

    Once it is on, what it would change of what is there is proposed. Raises `ValidationFailed` naming each mistake with
    its path, `NotFound`, `Conflict` for a name that is taken, and `RuleCycle`.
    """

    def write(registers: RegisterWrite) -> Saved:
        return _save(registers, name, definition, is_on, rule_id)

    return automation_write(
        caller=caller,
        project_id=project_id,
        action=SAVE_RULE,
        parameters={"name": name, "definition": definition, "is_on": is_on, "rule": str(rule_id) if rule_id else None},
        write=write,
        repeat=_repeated,
    )


def check_rule(*, caller: Caller, project_id: UUID, definition: Any, rule_id: UUID | None = None) -> Checked:
    """What a rule would do. Raises `ValidationFailed` naming each mistake with its path."""
    with one_moment():
        get_project(user=caller.user, project_id=project_id, action=READ)
        increment = StoredIncrement(PostgresStorage(project_id))
        schema = stored_schema(increment.storage)
        known = known_rule(increment.storage, rule_id) if rule_id else None
        name = known.text("name") if known else gettext("This rule")
        named = NamedRule(name, str(rule_id or ""), read_definition(definition, schema))
        cycle = find_cycle(_with(rules_on(project_id), [named]), increment.classes)
        return Checked(named.rule, look(named, increment, project_id), cycle, schema)


def read_definition(definition: Any, schema: Schema, member: str = "definition") -> Rule:
    """The rule of a definition whose names are all there. Raises `ValidationFailed`."""
    try:
        size = len(canonical(definition).encode())
    except (ValueError, RecursionError):
        raise ValidationFailed({member: [gettext("Not JSON.")]}) from None
    if size > MAX_DEFINITION:
        raise PayloadTooLarge(gettext("A rule has at most 64 KiB."))
    try:
        rule = read_rule(definition)
    except InvalidRule as invalid:
        raise refuse_rule(invalid, member) from None
    if found := mistakes(rule, schema):
        raise refuse_mistakes(found, member)
    return rule


def switch_rules_on(registers: RegisterWrite, wanted: Mapping[str, Any], schema: Schema, member: str = "rules") -> None:
    """Switch rules on that the caller's write saves: definitions by name. `schema` is that after the write.

    Call it before the records are written. Raises `ValidationFailed` naming mistakes below `member`, and `RuleCycle`.
    """
    project_id = registers.composing.project_id
    named = [
        NamedRule(name, record_id(project_id, RULE, name), read_definition(each, schema, f"{member}.{name}"))
        for name, each in wanted.items()
    ]
    _refuse_cycle(registers, named)
    for each in named:
        text = canonical(wanted[each.name])
        _switch(registers, each.id, each.name, text, is_on=True)


def _save(registers: RegisterWrite, name: str, definition: Any, is_on: bool, rule_id: UUID | None) -> Saved:
    composing, storage = registers.composing, registers.increment.storage
    known = known_rule(storage, rule_id) if rule_id else None
    name = known.text("name") if known else name
    entity = known.entity if known else _new_record(composing.project_id, name)
    rule = read_definition(definition, composing.schema)
    if is_on:
        _refuse_cycle(registers, [NamedRule(name, entity, rule)])
    text = canonical(definition)
    _switch(registers, entity, name, text, is_on=is_on)
    values = {"name": name, "definition": text, "module": known.text("module") if known else ""}
    write_records(registers, schema_records.put(Acts(registers.increment), entity, RULE, values))
    return Saved(entity, name, is_on)


def _switch(registers: RegisterWrite, record: str, name: str, text: str, *, is_on: bool) -> None:
    digest = sha256_of(text.encode())
    set_switch(registers.write, kind=Kind.RULE, record=record, name=name, sha256=digest, is_on=is_on)
    if is_on:
        queue_rule(registers.composing.project_id, record)


def _refuse_cycle(registers: RegisterWrite, named: Iterable[NamedRule]) -> None:
    """Raise `RuleCycle` where rules, with those that are on, have no order."""
    rules = _with(rules_on(registers.composing.project_id), named)
    if cycle := find_cycle(rules, registers.increment.classes):
        raise refuse_cycle(cycle)


def _with(rules: Iterable[NamedRule], named: Iterable[NamedRule]) -> list[NamedRule]:
    listed = list(named)
    return [*(each for each in rules if each.id not in {other.id for other in listed}), *listed]


def known_rule(storage: PostgresStorage, rule_id: UUID) -> StageRecord:
    """A rule of the project. Raises `NotFound`."""
    found = next((each for each in records_of(storage, RULE) if each.entity == str(rule_id)), None)
    if found is None:
        raise NotFound(gettext("There is no such rule."))
    return found


def owner_of_name(project_id: UUID, name: str) -> RuleName | None:
    """The rule that has or had a name, deleted or not. Raises `ValidationFailed` for what is no name."""
    try:
        check_name(name, "name")
    except Malformed as malformed:
        raise ValidationFailed({"name": [gettext(malformed.template).format(**malformed.facts)]}) from None
    return rules_called(project_id, [name]).get(name)


def refuse_name(owner: RuleName, name: str) -> Conflict:
    """The refusal of a name that belongs to a rule."""
    if owner.name == name and not owner.is_gone:
        return Conflict(gettext("There is a rule “{name}” already.").format(name=name))
    words = gettext("The rule “{rule}” was called “{name}” before, and what it added says so. Choose another name.")
    return Conflict(words.format(rule=owner.name, name=name))


def _new_record(project_id: UUID, name: str) -> str:
    """The record of a new rule; one that was deleted comes back under a name that it had."""
    owner = owner_of_name(project_id, name)
    if owner is None:
        return record_id(project_id, RULE, name)
    if owner.is_gone:
        return owner.id
    raise refuse_name(owner, name)


def _repeated(event: Event) -> Saved:
    return Saved(event.target_id, event.data["name"], event.data["is_on"], repeated=True)
