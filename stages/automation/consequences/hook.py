"""The write hook: rules add to every bundle of this site what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from stages.automation.consequences.naming import fits
from stages.automation.consequences.past import Decisions
from stages.automation.consequences.payloads import payloads_of
from stages.automation.consequences.reader import StateReader
from stages.automation.consequences.switched import plan_on, rules_on, without_cycles
from stages.automation.consequences.touching import keys_of, touched_by
from stages.automation.errors import RuleLimit, refuse_cycle
from stages.automation.jobs import queue_rule
from stages.automation.rules.applying import LimitReached, Limits, Plan, apply_rules, concerns
from stages.automation.rules.graph import CycleFound
from stages.automation.rules.reading import UNDECIDED, Past
from stages.registers.fold.bundles import Sourced
from stages.registers.fold.increment import Increment
from stages.registers.fold.payloads import ConfirmFieldMapping
from stages.registers.fold.refreshing import Changes
from stages.registers.hooks import Write
from stages.registers.schema import Schema
from stages.registers.storing.storage import PostgresStorage

# As `stages.automation.apps` registers it.
HOOK: Final = "automation.rules"


def is_concerned(before: Increment, payloads: Sequence[Sourced]) -> bool:
    """Whether payloads may concern a rule that is on: by their keys alone."""
    storage = before.storage
    if not isinstance(storage, PostgresStorage):
        return False
    plan = _plan(storage.project_id, before)
    if not plan.rules:
        return False
    keys = keys_of(payloads, before)
    return keys is None or concerns(plan, keys)


def add_consequences(write: Write, changes: Changes) -> Iterable[Sourced]:
    """What rules add to a bundle. Raises `RuleLimit`, and `RuleCycle` where it makes columns one that close a cycle."""
    project_id = UUID(write.project_id)
    plan = _plan(project_id, write.increment, is_mapping=_maps(write.payloads))
    plan = _fitting(plan, write.schema)
    touched = touched_by(write.payloads, write.increment, changes)
    before = sum(1 for _payload, source in write.payloads if source and "rule" in source)
    try:
        outcome = apply_rules(plan, StateReader(write.increment), touched, Limits(), _past(project_id, write))
    except LimitReached as reached:
        raise refuse_limit(reached) from None
    if before + sum(each.writes for each in outcome.consequences) > Limits().writes:
        raise refuse_limit(LimitReached("writes", Limits().writes, outcome.consequences[-1].rule))
    for rule in outcome.unfulfilled:
        if rule.rule.when_lost == "propose":
            write.afterwards[f"rule {rule.id}"] = partial(queue_rule, project_id, rule.id)
    return payloads_of(write.acts, write.schema, outcome.consequences)


def _past(project_id: UUID, write: Write) -> Past:
    if write.before is None:
        return UNDECIDED
    return Decisions(project_id, write.increment, write.before, write.payloads)


def refuse_limit(reached: LimitReached) -> RuleLimit:
    """The refusal of a change that sets off too much."""
    words = {
        "rules": _("Not saved. More than {most:g} rules would follow one another, up to “{rule}”."),
        "writes": _("Not saved. Rules would change more than {most:,g} values at once, as “{rule}” does."),
        "seconds": _("Not saved. Rules would take more than {most:g} seconds, at “{rule}”."),
    }[reached.limit].format(most=reached.most, rule=reached.rule.name)
    return RuleLimit(words, limit=reached.limit, most=reached.most, rule=reached.rule.name)


def _plan(project_id: UUID, at: Increment, *, is_mapping: bool = False) -> Plan:
    row = at.storage.asked.get(HOOK) if isinstance(at.storage, PostgresStorage) else None
    try:
        return plan_on(project_id, at.classes, row)
    except CycleFound as found:
        if is_mapping:
            raise refuse_cycle(found.cycle) from None
        return _without_cycles(project_id, at)


def _without_cycles(project_id: UUID, at: Increment) -> Plan:
    """Columns that were made one elsewhere have closed a cycle: the rules in it are off until somebody decides."""
    return Plan(tuple(without_cycles(rules_on(project_id), at.classes)), at.classes)


def _maps(payloads: Sequence[Sourced]) -> bool:
    return any(isinstance(payload, ConfirmFieldMapping) and payload.confirmed for payload, _source in payloads)


def _fitting(plan: Plan, schema: Schema) -> Plan:
    """The rules whose tables, columns and relations are all there."""
    kept = tuple(each for each in plan.rules if fits(each.rule, schema))
    return plan if len(kept) == len(plan.rules) else Plan(kept, plan.classes)
