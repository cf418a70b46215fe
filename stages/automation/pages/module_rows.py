"""What the pages of modules show, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from stages.automation.pages.rail import RailContext, RailRow
from stages.automation.reading.adoption import Wish
from stages.automation.reading.modules import AdoptedModule, adopted_modules
from stages.automation.reading.packages import Module, modules
from stages.automation.reading.rule_words import sentence
from stages.automation.rules.parsing import read_rule
from stages.registers.reading.reader import Reader
from stages.registers.schema import Schema


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """A module in the list: its newest version here, and what the project has of it."""

    name: str
    label: str
    version: str
    description: str
    state: str
    address: str
    is_adopted: bool


@dataclass(frozen=True, slots=True)
class WishRow:
    """Something that a module asks for, in words; `value` is how the form names it."""

    value: str
    label: str
    text: str
    hint: str


def wish_rows(wishes: Sequence[Wish]) -> list[WishRow]:
    labels = {
        "read": (_("Read"), _("Of this project only")),
        "write": (_("Propose changes of"), _("As proposals only; a person commits them")),
        "network": (_("Fetch from"), _("Blocked on this server until an administrator allows the host")),
        "files": (_("Files"), _("Of this project only")),
    }
    return [WishRow(each.value, labels[each.kind][0], each.text, labels[each.kind][1]) for each in wishes]


def rail_rows(context: RailContext) -> Sequence[RailRow]:
    """The modules of the project, and where others are."""
    project_id = context.access.project.id
    found = [
        RailRow(
            f"modules/{each.name}",
            _label(each),
            reverse("automation:module", args=[project_id, each.name]),
            "layers",
            _("Conflict") if each.is_conflicted else _("Update") if each.newest else "",
        )
        for each in context.adopted
    ]
    every = RailRow("modules", _("All modules"), reverse("automation:modules", args=[project_id]), "list")
    return [*found, every]


def module_rows(project_id: UUID, *, reader: Reader | None = None) -> list[ModuleRow]:
    """The adopted modules first, then the others, in their newest versions."""
    adopted = {each.name: each for each in adopted_modules(project_id, reader=reader)}
    found = [_adopted_row(project_id, each) for each in adopted.values()]
    seen = set(adopted)
    for each in modules():
        if each.name not in seen:
            seen.add(each.name)
            found.append(_row(project_id, each, _("Comes with Foundry") if each.is_shipped else "", is_adopted=False))
    return found


def group_of_module(module: Module) -> list[tuple[str, Sequence[str]]]:
    """What else a module brings: relations, scripts, views, by their labels."""
    manifest = module.manifest
    return [
        (_("Links"), [each.title or name for name, each in manifest.relations.items()]),
        (_("Scripts"), [each.title or name for name, each in manifest.scripts.items()]),
        (_("Views"), [each.title or name for name, each in manifest.views.items()]),
    ]


def rows_of_rules(module: Module, schema: Schema) -> list[str]:
    """The rules of a module as sentences, with the titles that tables and columns have in the project."""
    return [sentence(read_rule(dict(each)), schema) for each in module.manifest.rules.values()]


def _adopted_row(project_id: UUID, adopted: AdoptedModule) -> ModuleRow:
    if adopted.module is None:
        words = _("Adopted; its package is not at this site")
        address = reverse("automation:module", args=[project_id, adopted.name])
        return ModuleRow(adopted.name, adopted.name, adopted.version, "", words, address, True)
    state = _("Adopted")
    if adopted.is_conflicted:
        state = _("Two sites adopted different versions")
    elif adopted.newest is not None:
        state = _("Adopted; {version} is here").format(version=adopted.newest.version)
    return _row(project_id, adopted.module, state, is_adopted=True)


def _row(project_id: UUID, module: Module, state: str, *, is_adopted: bool) -> ModuleRow:
    address = reverse("automation:module", args=[project_id, module.name])
    description = module.manifest.description
    return ModuleRow(module.name, module.manifest.label, module.version, description, state, address, is_adopted)


def _label(adopted: AdoptedModule) -> str:
    label = adopted.module.manifest.label if adopted.module else adopted.name
    return f"{label} {adopted.version}"
