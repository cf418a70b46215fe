"""A rule gets another name, and is deleted: what it has added stays, and still names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from accounts.callers import Caller
from audit.models import Event
from audit.services import Target
from blobs.models import sha256_of
from kernel.errors import Conflict
from kernel.names import check_reason
from stages.automation.choices import Kind
from stages.automation.events import RULE_DELETED, RULE_RENAMED
from stages.automation.facets import RULE
from stages.automation.permissions import DELETE_RULE, SAVE_RULE
from stages.automation.reading.records import StageRecord
from stages.automation.reading.rules import is_switched_on
from stages.automation.services.rules import Saved, known_rule, owner_of_name, refuse_name
from stages.automation.services.switching import set_switch
from stages.automation.services.writing import automation_write, write_records
from stages.registers.fold.acts import Acts
from stages.registers.services.writing import RegisterWrite
from stages.registers.verbs import schema_records


def rename_rule(*, caller: Caller, project_id: UUID, rule_id: UUID, name: str) -> Saved:
    """Give a rule of the project itself another name; whether it is on does not change. Owners only.

    Raises `NotFound`, `ValidationFailed`, and `Conflict` for a name that another rule has or had, and for a rule of a
    module.
    """

    def rename(registers: RegisterWrite, rule: StageRecord) -> Saved:
        saved = Saved(rule.entity, name, is_switched_on(registers.composing.project_id, rule))
        if rule.text("name") == name:
            return saved
        owner = owner_of_name(registers.composing.project_id, name)
        if owner is not None and owner.id != rule.entity:
            raise refuse_name(owner, name)
        data = {"rule_id": rule.entity, "name": name, "was": rule.text("name"), "is_on": saved.is_on}
        registers.write.record(RULE_RENAMED.name, Target.of("rule", rule.entity), data)
        write_records(registers, schema_records.change(Acts(registers.increment), rule.entity, RULE, {"name": name}))
        return saved

    return _change({"name": name}, rename, caller=caller, project_id=project_id, rule_id=rule_id, action=SAVE_RULE)


def delete_rule(*, caller: Caller, project_id: UUID, rule_id: UUID, reason: str) -> Saved:
    """Delete a rule of the project itself, for a reason. What it has added stays. Owners only.

    Raises `NotFound`, `ValidationFailed`, and `Conflict` for a rule of a module.
    """
    reason = check_reason(reason)

    def delete(registers: RegisterWrite, rule: StageRecord) -> Saved:
        name, text = rule.text("name"), rule.text("definition")
        set_switch(
            registers.write,
            kind=Kind.RULE,
            record=rule.entity,
            name=name,
            sha256=sha256_of(text.encode()),
            is_on=False,
            reason=reason,
            event=RULE_DELETED,
        )
        write_records(registers, schema_records.remove(Acts(registers.increment), [rule.entity]), reason=reason)
        return Saved(rule.entity, name, is_on=False)

    return _change(
        {"reason": reason}, delete, caller=caller, project_id=project_id, rule_id=rule_id, action=DELETE_RULE
    )


def _change(
    parameters: Mapping[str, Any], change: Callable[[RegisterWrite, StageRecord], Saved], **where: Any
) -> Saved:
    """Run a change of a rule; `where` are `caller`, `project_id`, `rule_id` and `action`."""
    rule_id = where.pop("rule_id")

    def write(registers: RegisterWrite) -> Saved:
        rule = known_rule(registers.increment.storage, rule_id)
        if module := rule.text("module"):
            words = gettext("This rule is of the module “{module}”. It can be switched off here.")
            raise Conflict(words.format(module=module), module=module)
        return change(registers, rule)

    return automation_write(parameters={"rule": str(rule_id), **parameters}, write=write, repeat=_repeated, **where)


def _repeated(event: Event) -> Saved:
    return Saved(event.target_id, event.data["name"], event.data["is_on"], repeated=True)
