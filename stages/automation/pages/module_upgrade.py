"""What the page of a newer version shows of the texts, rules and views that are different in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from drafts.compare.text import CONTEXT, TextDifference, compare_texts
from stages.automation.reading.rule_words import sentence
from stages.automation.reading.upgrades import PartChange, TextChange, Upgrade
from stages.automation.rules.parsing import read_rule
from stages.registers.schema import Schema
from workspace.compare.rows import ComparedRows, compared_rows


@dataclass(frozen=True, slots=True)
class ChangedText:
    """A file of a script or a view, line by line."""

    path: str
    state: str
    difference: TextDifference

    @property
    def blocks(self) -> Iterator[ComparedRows]:
        return compared_rows(self.difference)


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """A rule or a view; empty where it is not in a version."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class UpgradeRows:
    """All of it. `unnamed` are tables and columns that stay although the version does not name them."""

    before: str
    texts: list[ChangedText]
    rules: list[ChangedPart]
    views: list[ChangedPart]
    unnamed: list[str]

    @property
    def is_empty(self) -> bool:
        return not (self.texts or self.rules or self.views or self.unnamed)


def upgrade_rows(upgrade: Upgrade, schema: Schema) -> UpgradeRows:
    return UpgradeRows(
        before=upgrade.before.version,
        texts=[_text(each) for each in upgrade.texts],
        rules=[_rule(each, schema) for each in upgrade.rules],
        views=[_view(each) for each in upgrade.views],
        unnamed=[_label(schema, table, column) for table, column in upgrade.unnamed],
    )


def _text(change: TextChange) -> ChangedText:
    difference = compare_texts(change.before, change.after, context=CONTEXT)
    return ChangedText(change.path, _state(change.before, change.after), difference)


def _state(before: Any, after: Any) -> str:
    return _("New") if not before else _("Gone") if not after else _("Changed")


def _rule(change: PartChange, schema: Schema) -> ChangedPart:
    before, after = (sentence(read_rule(dict(each)), schema) if each else "" for each in (change.before, change.after))
    return ChangedPart(change.name, before, after)


def _view(change: PartChange) -> ChangedPart:
    label = next(each.title for each in (change.after, change.before) if each is not None) or change.name
    return ChangedPart(label, *(_("there") if each is not None else "" for each in (change.before, change.after)))


def _label(schema: Schema, table: str, column: str) -> str:
    known = schema.table(table)
    label = known.label if known else table
    found = schema.column(table, column) if column else None
    return f"{label} · {found.label if found else column}" if column else label
