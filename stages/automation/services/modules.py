"""A project adopts a module, another version of it, and leaves it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from accounts.callers import Caller
from audit.models import Event
from audit.services import Target
from blobs.models import sha256_of
from kernel.errors import NotFound, ValidationFailed
from kernel.names import check_reason
from stages.automation import events
from stages.automation.choices import Kind
from stages.automation.facets import MODULE, record_id
from stages.automation.foreign.views import view_id
from stages.automation.models import Switch
from stages.automation.permissions import ADOPT, LEAVE
from stages.automation.reading.packages import Module, files_of, find_module, module_of
from stages.automation.reading.records import StageRecord, records_of
from stages.automation.reading.rules import rules_of
from stages.automation.services.module_records import (
    adopt_records,
    capabilities_of,
    foreign_views_of,
    leave_records,
    name_in,
    records_of_module,
    scripts_of,
)
from stages.automation.services.module_schema import adopt_schema, leave_schema
from stages.automation.services.packages import package_facts, package_of
from stages.automation.services.rules import switch_rules_on
from stages.automation.services.switching import set_switch
from stages.automation.services.writing import automation_write, write_records
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import Payload
from stages.registers.schema import Schema
from stages.registers.services.refusals import refusals
from stages.registers.services.writing import RegisterWrite

Grants = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Adopted:
    """A module as a project has it now; `is_new` unless it had this very package before."""

    name: str
    version: str
    sha256: str
    is_new: bool = True


def adopt_module(
    *,
    caller: Caller,
    project_id: UUID,
    name: str,
    version: str = "",
    grants: Grants | None = None,
    rules: Sequence[str] | None = None,
) -> Adopted:
    """Take a module into a project: its tables, relations, rules and scripts, for everybody. Owners only.

    A version that is adopted already is changed for this one, in which columns stay that it does not name. `grants`
    are of what the module asks for: a script that is granted all that it asks for is switched on in this very text.
    `rules` are the names of those that are on; without them, all but those that somebody has switched off here. Raises
    `NotFound`, `ModuleIncompatible`, and `ValidationFailed` for a grant or a rule that is not the module's.
    """
    given = {member: list(each) for member, each in (grants or {}).items()}

    def write(registers: RegisterWrite) -> Adopted:
        module = find_module(name, version)
        _check_grants(module, given)
        return _adopt(registers, module, given, _wanted_rules(project_id, module, rules))

    return automation_write(
        caller=caller,
        project_id=project_id,
        action=ADOPT,
        parameters={
            "name": name,
            "version": version,
            "grants": given,
            **({"rules": sorted(rules)} if rules is not None else {}),
        },
        write=write,
        repeat=_repeated,
    )


def leave_module(*, caller: Caller, project_id: UUID, name: str, reason: str) -> None:
    """Take a module out of a project: its tables are hidden, its records stay. Owners only.

    Where its package is not at this site, nobody knows which tables are its own: they stay, and rules and scripts go.
    Raises `NotFound` where it is not adopted.
    """
    reason = check_reason(reason)

    def write(registers: RegisterWrite) -> None:
        _leave(registers, name, reason)

    automation_write(
        caller=caller,
        project_id=project_id,
        action=LEAVE,
        parameters={"name": name, "reason": reason},
        write=write,
        repeat=lambda event: None,
    )


def plan_of(registers: RegisterWrite, module: Module, files: Mapping[str, str]) -> list[Payload]:
    """The payloads that adopt a module. Raises `ModuleIncompatible`."""
    composing = registers.composing

    def after(payloads: list[Payload]) -> tuple[Acts, Schema]:
        tried = composing.tried([(payload, None) for payload in payloads])
        return tried.acts, tried.schema

    acts = Acts(registers.increment)
    with refusals():
        payloads = adopt_schema(acts, composing.schema, module.manifest, after)
        return [*payloads, *adopt_records(acts, composing.project_id, module, files)]


def _adopt(
    registers: RegisterWrite, module: Module, grants: Mapping[str, list[str]], wanted: Collection[str]
) -> Adopted:
    write, project_id = registers.write, registers.composing.project_id
    package = package_of(module)
    before = adopted_record(registers, module.name)
    files = files_of(module)
    payloads = plan_of(registers, module, files)
    known = before.text("sha256") if before is not None else ""
    if not payloads and known == package.sha256:
        return Adopted(**package_facts(package), is_new=False)
    data = {
        **package_facts(package),
        "title": module.manifest.label,
        "before": before.text("version") if before is not None else None,
        "grants": dict(grants),
    }
    target = Target.of("module", record_id(project_id, MODULE, module.name))
    write.record(events.MODULE_ADOPTED.name, target, data)
    _switch_scripts(registers, module, files, grants)
    tried = registers.composing.tried([(payload, None) for payload in payloads])
    definitions = {name_in(module.name, each): dict(module.manifest.rules[each]) for each in wanted}
    _switch_rules_off(registers, module, definitions)
    switch_rules_on(registers, definitions, tried.schema)
    write_records(registers, payloads)
    return Adopted(**package_facts(package))


def _switch_scripts(
    registers: RegisterWrite, module: Module, files: Mapping[str, str], grants: Mapping[str, list[str]]
) -> None:
    """Switch the scripts and views on, in these texts, that are granted all they ask for; other texts are off."""
    project_id = registers.composing.project_id
    for record, script in scripts_of(project_id, module, files).items():
        is_on = script.is_granted_all(grants)
        known = Switch.objects.filter(project=project_id, record=record, sha256=script.sha256, is_on=True)
        if not is_on and known.exists():
            continue
        facts: dict[str, Any] = {"record": record, "name": script.name, "sha256": script.sha256}
        set_switch(registers.write, kind=Kind.SCRIPT, is_on=is_on, grants=script.granted(grants), **facts)
    for record, view in foreign_views_of(project_id, module, files).items():
        if view.is_granted_all(grants):
            facts = {"record": record, "name": view.name, "sha256": view.sha256, "grants": view.granted(grants)}
            set_switch(registers.write, kind=Kind.VIEW, is_on=True, **facts)


def _wanted_rules(project_id: UUID, module: Module, rules: Sequence[str] | None) -> list[str]:
    """The rules of a module that shall be on. Raises `ValidationFailed`."""
    if rules is None:
        off = {each.name for each in rules_of(project_id) if not each.is_on and not each.is_conflicted}
        return [each for each in module.manifest.rules if name_in(module.name, each) not in off]
    for each in rules:
        if each not in module.manifest.rules:
            raise ValidationFailed({"rules": [gettext("The module has no rule “%(text)s”.") % {"text": each[:100]}]})
    return [each for each in module.manifest.rules if each in rules]


def _switch_rules_off(registers: RegisterWrite, module: Module, wanted: Collection[str]) -> None:
    """Those of the module that are on and not wanted."""
    for each in rules_of(registers.composing.project_id):
        if each.module == module.name and each.is_on and each.name not in wanted:
            facts: dict[str, Any] = {
                "record": each.id,
                "name": each.name,
                "sha256": sha256_of(each.definition.encode()),
            }
            set_switch(registers.write, kind=Kind.RULE, is_on=False, **facts)


def _leave(registers: RegisterWrite, name: str, reason: str) -> None:
    write, project_id, acts = registers.write, registers.composing.project_id, Acts(registers.increment)
    record = adopted_record(registers, name)
    if record is None:
        raise NotFound(gettext("The project has no module “%(name)s”.") % {"name": name[:100]})
    module = module_of(record.text("sha256"))
    facts = {member: record.text(member) for member in ("name", "version", "sha256")}
    facts["title"] = module.manifest.label if module is not None else record.text("name")
    others = [each.manifest for each in _others(registers, name)]
    write.record(events.MODULE_LEFT.name, Target.of("module", record.entity), facts, reason=reason)
    own = module.manifest.views if module is not None else ()
    views = {view_id(project_id, name, each): name_in(name, each) for each in own}
    _switch_off(registers, {**records_of_module(acts, name), **views}, reason)
    with refusals():
        payloads = leave_records(acts, project_id, name)
        if module is not None:
            payloads += leave_schema(acts, registers.composing.schema, module.manifest, others)
    write_records(registers, payloads, reason=reason)


def _switch_off(registers: RegisterWrite, names: Mapping[str, str], reason: str) -> None:
    """Whoever adopts the module again switches its rules, scripts and views on again."""
    for switch in Switch.objects.filter(project=registers.composing.project_id, record__in=names, is_on=True):
        facts: dict[str, Any] = {"kind": Kind(switch.kind), "record": str(switch.record), "sha256": switch.sha256}
        set_switch(registers.write, **facts, name=names[str(switch.record)], is_on=False, reason=reason)


def adopted_record(registers: RegisterWrite, name: str) -> StageRecord | None:
    """The record of a module that the project has adopted."""
    found = records_of(registers.increment.storage, MODULE)
    return next((each for each in found if each.text("name") == name), None)


def _others(registers: RegisterWrite, name: str) -> list[Module]:
    """The other modules of the project, as far as their packages are here."""
    found = records_of(registers.increment.storage, MODULE)
    modules = (module_of(each.text("sha256")) for each in found if each.text("name") != name)
    return [each for each in modules if each is not None]


def _check_grants(module: Module, grants: Mapping[str, Sequence[str]]) -> None:
    asked = capabilities_of(module.manifest.capabilities)
    for member, each in grants.items():
        for text in each:
            if text not in asked.get(member, ()):
                words = gettext("The module does not ask for “%(text)s”.") % {"text": text[:100]}
                raise ValidationFailed({f"grants.{member[:100]}": [words]})


def _repeated(event: Event) -> Adopted:
    return Adopted(event.data["name"], event.data["version"], event.data["sha256"], is_new=False)
