"""What the conflict inbox shows: a line for each conflict, and the sides of the one that is open."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stages.registers.models import Conflict
from stages.registers.pages.authors import Author, Authors
from stages.registers.pages.labels import cut, labels_of
from stages.registers.pages.record_rows import record_address
from stages.registers.reading.cases import Case, Side
from stages.registers.reading.decisions import decisions_of
from stages.registers.reading.inbox import DUPLICATE, Item, list_decided
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column
from stages.registers.schema.model import KEY_COLUMN
from stages.registers.schema.values import show_text

MAX_SHOWN = 120
EMPTY = "–"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A line of the inbox: what it is about, and what is side by side."""

    item: Item
    what: str
    values: str
    address: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One side: `number` is its key on the page, `at` its position in the case, `label` its text in short."""

    number: int
    at: int
    author: Author
    text: str
    label: str
    act: str
    replaced: str
    not_seen: str
    others: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """A record that has the same key or unique value as another one."""

    name: Named
    address: str
    is_later: bool


def column_of(reader: Reader, conflict: Conflict) -> Column:
    """The column whose values are side by side; of a property, one that shows what it holds."""
    return reader.schema.column(conflict.facet, conflict.field) or Column(conflict.field)


def what_of(reader: Reader, item: Item) -> str:
    """What a conflict is about: a field, or what happened to the record."""
    words = {
        "deleted_changed": _("Deletion"),
        "detached_changed": _("Taken out of {table}").format(table=reader.table(item.conflict.facet).label),
        "split_merged": _("Split and merged"),
    }
    if item.conflict.kind == DUPLICATE:
        return _("Duplicate key") if item.conflict.field == KEY_COLUMN else _("Duplicate value")
    return words.get(item.conflict.kind) or column_of(reader, item.conflict).label


def rows_of(reader: Reader, items: list[Item], current: Item | None) -> list[InboxRow]:
    names = names_of(reader, {entity for item in items for entity in _entities(item)})
    return [
        InboxRow(
            item,
            what_of(reader, item),
            _values(reader, item, names),
            conflict_address(reader.project_id, item.id),
            current is not None and item.id == current.id,
        )
        for item in items
    ]


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """A conflict that is decided: as what, empty where it is no value, by whom, and when."""

    item: Item
    what: str
    value: str
    by: str
    address: str


def decided_rows(reader: Reader, since: datetime, authors: Authors) -> list[DecidedRow]:
    """What has been decided since, the newest first."""
    items = list_decided(reader, since)
    decisions = decisions_of(reader.project_id, [each.conflict for each in items])
    authors.prefetch(each.actor for each in decisions.values())
    entities = {found for each in decisions.values() if (found := _entity(each.value))}
    names = names_of(reader, entities)
    rows = []
    for item in items:
        decision = decisions.get(item.conflict.id)
        value = by = ""
        if decision is not None:
            by = authors.of(decision.actor, decision.site, decision.hlc).name
            text = text_of(column_of(reader, item.conflict), decision.value, names)
            value = cut(text, MAX_SHOWN) if decision.has_value else ""
        address = record_address(reader.project_id, item.name.record)
        rows.append(DecidedRow(item, what_of(reader, item), value, by, address))
    return rows


def conflict_address(project_id: UUID, conflict: str = "") -> str:
    address = reverse("registers:conflicts", args=[project_id])
    return f"{address}?of={conflict}" if conflict else address


def cards_of(reader: Reader, item: Item, case: Case, authors: Authors) -> list[Card]:
    """The sides of a conflict: the one that is shown first, then from the newest."""
    return _Cards(reader, item, case, authors).made()


class _Cards:
    """Makes the cards of a case."""

    def __init__(self, reader: Reader, item: Item, case: Case, authors: Authors) -> None:
        authors.prefetch(side.write.actor_id for side in case.sides)
        self._case = case
        self._authors = authors
        self._column = column_of(reader, item.conflict)
        self._names = names_of(reader, {each for each in (_entity(side.value) for side in case.sides) if each})

    def made(self) -> list[Card]:
        case = self._case
        order = sorted(range(len(case.sides)), key=lambda at: (at != case.shown, -at))
        texts = [_side_text(self._column, side, self._names) for side in case.sides]
        labels = labels_of(texts)
        return [self._card(number, at, texts[at], labels[at]) for number, at in enumerate(order, 1)]

    def _card(self, number: int, at: int, text: str, label: str) -> Card:
        side = self._case.sides[at]
        return Card(
            number=number,
            at=at,
            author=self._authors.of_write(side.write),
            text=text,
            label=label,
            act=side.act,
            replaced=_replaced(self._column, side, self._names, self._authors),
            not_seen=", ".join(self._unseen(self._case.sides[other]) for other in side.not_seen),
            others=len(side.op_ids) - 1,
            is_shown=at == self._case.shown,
        )

    def _unseen(self, side: Side) -> str:
        author = self._authors.of_write(side.write)
        value = cut(_side_text(self._column, side, self._names), MAX_SHOWN)
        return _("{value} from {site}").format(value=value, site=author.site or author.person.first_name)


def _side_text(column: Column, side: Side, names: dict[str, Named]) -> str:
    words = {
        "deleted": _("Deleted"),
        "detached": _("Taken out"),
        "changed": _("Changed"),
        "merged": _("Merged"),
        "split": _("Split"),
    }
    return words.get(side.act) or text_of(column, side.value, names)


def text_of(column: Column, value: Any, names: dict[str, Named]) -> str:
    """A value as people read it; a dash where it is empty."""
    text = show_text(column, value, lambda entity: names[entity].label if entity in names else entity[:8])
    return text or EMPTY


def _replaced(column: Column, side: Side, names: dict[str, Named], authors: Authors) -> str:
    if not side.replaced:
        return ""
    write = side.replaced[-1]
    value = text_of(column, write.value, names)
    return _("{value} by {name}").format(value=cut(value, MAX_SHOWN), name=authors.of_write(write).name)


def holders_of(reader: Reader, item: Item) -> list[Holder]:
    """The records that share a unique value, the oldest first; all but it are the later ones."""
    found: set[str] = set()
    for spelled in item.conflict.values:
        value = json.loads(spelled)
        for listed in reader.storage.holders(item.conflict.facet, item.conflict.field, [value]).values():
            found.update(listed)
    names = names_of(reader, sorted(found))
    first = min(found, default="")
    return [Holder(names[each], record_address(reader.project_id, each), each != first) for each in sorted(found)]


def _values(reader: Reader, item: Item, names: dict[str, Named]) -> str:
    """What is side by side, in one line."""
    conflict = item.conflict
    if conflict.kind == "deleted_changed":
        return _("deleted and changed apart")
    if conflict.kind == "detached_changed":
        return _("taken out and changed apart")
    if conflict.kind == "split_merged":
        return _("merged and split apart")
    if conflict.kind == "text":
        return ngettext("{n} text", "{n} texts", len(conflict.values)).format(n=len(conflict.values))
    column = column_of(reader, conflict)
    texts = labels_of([text_of(column, json.loads(each), names) for each in conflict.values])
    if conflict.kind == DUPLICATE:
        return _("{value} twice").format(value=", ".join(texts))
    return _(" or ").join(texts)


def _entities(item: Item) -> list[str]:
    if item.conflict.kind == "text":
        return []
    return [entity for each in item.conflict.values if (entity := _entity(json.loads(each)))]


def _entity(value: Any) -> str | None:
    entity = value.get("entity") if isinstance(value, dict) else None
    return entity if isinstance(entity, str) else None
