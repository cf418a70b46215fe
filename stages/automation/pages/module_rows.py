"""What the pages of modules show, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from blobs.models import sha256_of
from stages.automation.facets import PASSAGE
from stages.automation.pages.adoption_rows import words_of_rule
from stages.automation.pages.rail import RailContext, RailRow
from stages.automation.reading.adoption import Wish
from stages.automation.reading.grant_words import grant_words
from stages.automation.reading.module_parts import CHANGED, NEW, Parts, RulePlan, ScriptPlan, ViewPlan
from stages.automation.reading.modules import AdoptedModule, adopted_modules
from stages.automation.reading.packages import Module, files_of, modules
from stages.automation.reading.rule_words import pieces
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
    """Something that a module asks for, in words; `text` is how the module spells it, `value` how the form names it."""

    value: str
    icon: str
    label: str
    words: str
    text: str
    hint: str
    is_granted: bool = False


def wish_rows(wishes: Sequence[Wish], parts: Parts, schema: Schema) -> list[WishRow]:
    """The wishes, each with the scripts and views that ask for it; `schema` is as it would be with the module."""
    asking: list[ScriptPlan | ViewPlan] = [*parts.scripts, *parts.views]
    granted = {value for of in asking for value in of.granted}
    rows = (_wish_row(each, [of.title for of in asking if each.value in of.wishes], schema) for each in wishes)
    return [replace(each, is_granted=each.value in granted) for each in rows]


def _wish_row(wish: Wish, scripts: Sequence[str], schema: Schema) -> WishRow:
    is_write = wish.kind == "files" and wish.text.startswith("write:")
    icon, label, hint = {
        "read": ("eye", _("Read"), _("Of this project only")),
        "write": ("pen-line", _("Propose changes of"), _("As proposals only; a person commits them")),
        "network": ("globe", _("Fetch from"), _("Only if this server allows the host too")),
        "files": (
            "file-text",
            _("Propose files") if is_write else _("Read files"),
            _("As proposals only; a person commits them") if is_write else _("Of this project only"),
        ),
    }[wish.kind]
    text = wish.text.partition(":")[2] if wish.kind == "files" else wish.text
    words = "" if wish.kind in ("files", "network") else grant_words(schema, wish.kind, wish.text)
    said = _("{hint}. Asked for by {scripts}").format(hint=hint, scripts=", ".join(scripts)) if scripts else hint
    return WishRow(wish.value, icon, label, words, text, said)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of a module as a sentence in pieces, and what it would do."""

    plan: RulePlan
    words: list[tuple[str, bool]]
    effect: str
    address: str


@dataclass(frozen=True, slots=True)
class ScriptRow:
    """A script of a module, and what is to be said of it."""

    plan: ScriptPlan
    state: str
    address: str


@dataclass(frozen=True, slots=True)
class ViewRow:
    label: str
    kind: str
    address: str


def rule_rows(project_id: UUID, parts: Parts, schema: Schema) -> list[RuleRow]:
    """The rules of a module as sentences, with the titles that tables and columns have in the project."""
    return [
        RuleRow(
            each,
            pieces(each.rule, schema),
            words_of_rule(each),
            reverse("automation:rule", args=[project_id, each.record]) if each.state != NEW else "",
        )
        for each in parts.rules
    ]


def script_rows(project_id: UUID, parts: Parts, *, is_adopted: bool) -> list[ScriptRow]:
    """The scripts of a module."""
    found = []
    for each in parts.scripts:
        address = reverse("automation:script", args=[project_id, each.record]) if is_adopted else ""
        found.append(ScriptRow(each, _state_of(each, is_adopted=is_adopted), address))
    return found


def _state_of(script: ScriptPlan, *, is_adopted: bool) -> str:
    if script.is_on:
        return _("On") if is_adopted else _("On, its text is the same")
    if is_adopted:
        return _("Off until an owner switches this text on")
    if script.state == CHANGED:
        return _("Another text: off unless you grant all that it asks for")
    return _("On if you grant all that it asks for") if script.wishes else _("Off until an owner switches it on")


def view_rows(project_id: UUID, module: Module, *, is_adopted: bool) -> list[ViewRow]:
    """The views of a module."""
    kinds = {
        "grid": _("Table"),
        "board": _("Board"),
        "form": _("Form"),
        "matrix": _("Matrix"),
        "foreign": _("Code of the module, in a frame that reaches nothing else"),
    }
    return [
        ViewRow(
            each.title or name,
            kinds[each.kind],
            reverse("automation:view", args=[project_id, module.name, name]) if is_adopted else "",
        )
        for name, each in module.manifest.views.items()
    ]


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


def relation_rows(module: Module, schema: Schema) -> list[tuple[str, str]]:
    """The kinds of links of a module, each with the tables at its ends."""
    return [
        (each.title or name, f"{_title(schema, each.source)} → {_title(schema, each.target)}")
        for name, each in module.manifest.relations.items()
    ]


def _title(schema: Schema, facet: str) -> str:
    if not facet:
        return _("any table")
    table = schema.table(facet)
    return table.label if table else _("lines of the text") if facet == PASSAGE else facet


@dataclass(frozen=True, slots=True)
class FileRow:
    path: str
    text: str
    sha256: str
    size: int


def file_rows(module: Module) -> list[FileRow]:
    """The files of a module, the manifest first."""
    files = sorted(files_of(module).items(), key=lambda each: (each[0] != "module.toml", each[0]))
    return [FileRow(path, text, sha256_of(text.encode()), len(text.encode())) for path, text in files]


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
