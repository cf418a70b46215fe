"""What a rule would change of what is there is proposed, never done: one proposal for each rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import foundry_caller
from accounts.models import User
from kernel.transactions import one_moment
from projects.models import Project, Status
from projects.permissions import OPEN_OR_REPLICA
from proposals.models import Proposal, ProposalState
from proposals.services import propose
from stages.automation.consequences.looking import Look, look
from stages.automation.consequences.payloads import payloads_of
from stages.automation.consequences.switched import rules_on
from stages.automation.models import Switch
from stages.automation.rules.language import NamedRule
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import Payload
from stages.registers.proposing.targets import NAME, staged_changes
from stages.registers.schema.stored import stored_schema
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage

ORIGIN: Final = "rule"
# What one proposal holds.
MAX_CHANGES: Final = 500


def propose_of_rule(project_id: UUID, rule_id: str) -> Proposal | None:
    """Propose what a rule would add and remove; None where it is off, or where nothing would change.

    A proposal of the rule that is open is replaced, unless a person has changed it.
    """
    project = Project.objects.filter(pk=project_id).first()
    if project is None or Status(project.status) not in OPEN_OR_REPLICA:
        return None
    named = next((each for each in rules_on(project_id) if each.id == rule_id), None)
    if named is None:
        return None
    with one_moment():
        found, changes, left = _changes(project_id, named)
    if not changes:
        return None
    owner = User.objects.get(pk=Switch.objects.values_list("changed_by", flat=True).get(record=rule_id))
    return propose(
        caller=replace(foundry_caller(), on_behalf_of=owner.id),
        project_id=project_id,
        origin=(ORIGIN, rule_id),
        title=_title(named, found),
        description=_("{count} more records follow once these are accepted.").format(count=left) if left else "",
        changes=changes,
        base_version=0,
        is_open=True,
        admits=True,
    )


def _title(named: NamedRule, found: Look) -> str:
    """What a rule does, in numbers: a rule without a table adds and removes nothing, and only fills columns."""
    if named.rule.add_to is None:
        words = _("Rule “{name}”: {filled} to fill")
    elif found.filled:
        words = _("Rule “{name}”: {joining} to add, {leaving} to remove, {filled} to fill")
    else:
        words = _("Rule “{name}”: {joining} to add, {leaving} to remove")
    return words.format(
        name=named.name[:100], joining=len(found.joining), leaving=len(found.leaving), filled=len(found.filled)
    )


def _changes(project_id: UUID, named: NamedRule) -> tuple[Look, dict[str, Any], int]:
    """What a rule would do, the changes of as many records as a proposal holds, and how many records are left."""
    increment = StoredIncrement(PostgresStorage(project_id))
    acts, schema = Acts(increment), stored_schema(increment.storage)
    found = look(named, increment, project_id)
    records: list[list[Payload]] = [_removal(acts, named, each) for each in found.leaving]
    added: dict[str, list[Payload]] = {}
    for payload, _source in payloads_of(acts, schema, found.consequences):
        added.setdefault(payload.entity_id, []).append(payload)  # type: ignore[attr-defined]
    records += added.values()
    changes: dict[str, Any] = {}
    for at, payloads in enumerate(each for each in records if each):
        wanted = dict(_targets(payloads))
        if len(changes) + len(wanted) > MAX_CHANGES:
            return found, changes, len(records) - at
        changes |= wanted
    return found, changes, 0


def _removal(acts: Acts, named: NamedRule, record: str) -> list[Payload]:
    """The payloads that take a record out of a rule's table; none where it is in no other one."""
    shown = acts.increment.storage.records.get(record)
    if named.rule.add_to is None or shown is None or len(shown.fields) < 2:
        return []
    return acts.detach(record, named.rule.add_to)


def _targets(payloads: Iterable[Payload]) -> Iterable[tuple[str, Any]]:
    for change in staged_changes(payloads, lambda field: ""):
        yield f"{NAME}:{change.target}", change.value


def open_proposals(project_id: UUID) -> dict[str, Proposal]:
    """The open proposals of rules, by the rule."""
    found = Proposal.objects.filter(project=project_id, origin_type=ORIGIN, state=ProposalState.OPEN)
    return {each.origin_id or "": each for each in found}
