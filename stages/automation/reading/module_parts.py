"""The rules, scripts and views of a module, beside what a project has of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from kernel.canonical import canonical
from stages.automation.consequences.looking import look
from stages.automation.executing.scripts import Script
from stages.automation.facets import RULE, record_id
from stages.automation.models import Switch
from stages.automation.reading.packages import Module, files_of
from stages.automation.reading.rules import SavedRule, rules_of
from stages.automation.reading.scripts import scripts_of as scripts_of_project
from stages.automation.rules.language import NamedRule, Rule
from stages.automation.rules.parsing import read_rule
from stages.automation.services.module_records import foreign_views_of, name_in, scripts_of
from stages.registers.fold.acts import Acts

NEW: Final = "new"
SAME: Final = "same"
CHANGED: Final = "changed"


@dataclass(frozen=True, slots=True)
class RulePlan:
    """A rule of the module. `joining` records would join its table, `changing` others would get values.

    `is_on` says whether it is on in the project, or would be with the adoption.
    """

    name: str
    record: str
    rule: Rule
    state: str
    is_on: bool
    joining: int = 0
    changing: int = 0


@dataclass(frozen=True, slots=True)
class ScriptPlan:
    """A script of the module. `is_on` says whether the project has switched on this very text, and `granted` is what an
    owner gave to it, as forms name it.
    """

    name: str
    record: str
    title: str
    description: str
    on_change: Sequence[str]
    asked: Mapping[str, Sequence[str]]
    sha256: str
    state: str
    is_on: bool
    granted: frozenset[str] = frozenset()

    @property
    def wishes(self) -> frozenset[str]:
        """What it asks for, as forms name it."""
        return _wishes(self.asked)


@dataclass(frozen=True, slots=True)
class ViewPlan:
    """A view of the module that is code of its own. `is_on` and `granted` are as of scripts."""

    title: str
    asked: Mapping[str, Sequence[str]]
    is_on: bool
    granted: frozenset[str] = frozenset()

    @property
    def wishes(self) -> frozenset[str]:
        """What it asks for, as forms name it."""
        return _wishes(self.asked)


@dataclass(frozen=True, slots=True)
class Parts:
    """`gone_rules` and `gone_scripts` are of the version before, by their names in the module."""

    rules: list[RulePlan]
    scripts: list[ScriptPlan]
    views: list[ViewPlan] = field(default_factory=list)
    gone_rules: list[str] = field(default_factory=list)
    gone_scripts: list[str] = field(default_factory=list)


def _wishes(asked: Mapping[str, Sequence[str]]) -> frozenset[str]:
    return frozenset(f"{kind}:{text}" for kind, texts in asked.items() for text in texts)


def parts_of(project_id: UUID, module: Module, acts: Acts, *, counts: bool = True) -> Parts:
    """The rules, scripts and foreign views of a module; with `counts`, how many records its rules would change."""
    saved = {each.name: each for each in rules_of(project_id) if each.module == module.name}
    scripts = {each.script.name: each for each in scripts_of_project(project_id) if each.script.module == module.name}
    known = {name: (each.script, each.is_on) for name, each in scripts.items()}
    rules = [
        _rule(project_id, module, name, saved.get(name_in(module.name, name)), acts if counts else None)
        for name in module.manifest.rules
    ]
    prefix = name_in(module.name, "")
    named_rules = {name_in(module.name, each) for each in module.manifest.rules}
    named_scripts = {name_in(module.name, each) for each in module.manifest.scripts}
    return Parts(
        rules,
        _scripts(project_id, module, known),
        _views(project_id, module),
        gone_rules=sorted(each.removeprefix(prefix) for each in saved.keys() - named_rules),
        gone_scripts=sorted(each.removeprefix(prefix) for each in known.keys() - named_scripts),
    )


def _rule(project_id: UUID, module: Module, name: str, saved: SavedRule | None, acts: Acts | None) -> RulePlan:
    definition = dict(module.manifest.rules[name])
    record = record_id(project_id, RULE, name_in(module.name, name))
    named = NamedRule(name_in(module.name, name), record, read_rule(definition))
    state = NEW if saved is None else SAME if saved.definition == canonical(definition) else CHANGED
    # One that somebody has switched off stays off unless an owner ticks it.
    is_on = saved is None or saved.is_on or saved.is_conflicted
    if acts is None or (state == SAME and is_on):
        return RulePlan(name, record, named.rule, state, is_on)
    found = look(named, acts.increment, project_id)
    changing = len(found.consequences) - len(found.joining)
    return RulePlan(name, record, named.rule, state, is_on, len(found.joining), changing)


def _scripts(project_id: UUID, module: Module, known: Mapping[str, tuple[Script, bool]]) -> list[ScriptPlan]:
    found = []
    of_module = scripts_of(project_id, module, files_of(module))
    switches = _switches(project_id, of_module)
    for (record, each), (name, shape) in zip(of_module.items(), module.manifest.scripts.items(), strict=True):
        script, is_on = known.get(each.name, (None, False))
        is_same = script is not None and script.sha256 == each.sha256
        state = NEW if script is None else SAME if is_same else CHANGED
        plan = ScriptPlan(
            name=name,
            record=record,
            title=shape.title or name,
            description=shape.description,
            on_change=shape.on_change,
            asked=each.asked,
            sha256=each.sha256,
            state=state,
            is_on=is_on and is_same,
            granted=_granted(switches.get(record), each.sha256),
        )
        found.append(plan)
    return found


def _views(project_id: UUID, module: Module) -> list[ViewPlan]:
    views = foreign_views_of(project_id, module, files_of(module))
    switches, shapes = _switches(project_id, views), module.manifest.views
    return [
        ViewPlan(
            title=shapes[each.name.partition("/")[2]].title or each.name,
            asked=each.asked,
            is_on=record in switches and switches[record].sha256 == each.sha256,
            granted=_granted(switches.get(record), each.sha256),
        )
        for record, each in views.items()
    ]


def _switches(project_id: UUID, records: Collection[str]) -> dict[str, Switch]:
    """Those of these scripts and views that are on."""
    found = Switch.objects.filter(project=project_id, record__in=records, is_on=True)
    return {str(each.record): each for each in found}


def _granted(switch: Switch | None, sha256: str) -> frozenset[str]:
    """Grants hold for one text."""
    return _wishes(switch.grants) if switch is not None and switch.sha256 == sha256 and switch.grants else frozenset()
