"""Two versions beside each other, as the compare page draws them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.errors import ValidationFailed
from audit.ijson import parse
from drafts.compare.budget import Budget
from drafts.compare.changes import Change
from drafts.compare.documents import DocumentDifference, compare_documents
from drafts.compare.rows import Fold, SplitRow, sections, split_rows
from drafts.compare.text import Hunk, Row, TextDifference, compare_texts
from drafts.models import Draft
from drafts.reading import texts_of
from workspace import field_names

# A browser slows down over more rows than this; whoever needs all of them has REST.
MOST_ROWS: Final = 4_000
MOST_VALUES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that belong together: one change, or the equal lines around it. `fold`: lines that are folded away."""

    rows: list[SplitRow]
    is_change: bool = False
    fold: Fold | None = None

    @property
    def unified(self) -> Iterator[Row]:
        """The rows one under the other: what was removed, then what was added."""
        if not self.is_change:
            yield from (row.left for row in self.rows if row.left)
            return
        yield from (row.left for row in self.rows if row.left)
        yield from (row.right for row in self.rows if row.right)

    @property
    def last(self) -> tuple[int, int]:
        """The last line of the fold, in both texts."""
        assert self.fold is not None
        return self.fold.old_start + self.fold.count - 1, self.fold.new_start + self.fold.count - 1


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One change of a JSON document."""

    change: Change

    @property
    def holders(self) -> list[str]:
        return [str(part) for part in self.change.path[:-1]]

    @property
    def last(self) -> str:
        return str(self.change.path[-1]) if self.change.path else _("the whole document")

    @property
    def source(self) -> str:
        return " / ".join(str(part) for part in self.change.source or ())

    @property
    def old(self) -> str | None:
        return None if self.change.op == "added" else _written(self.change.old)

    @property
    def new(self) -> str | None:
        return None if self.change.op == "removed" else _written(self.change.new)


@dataclass(frozen=True, slots=True)
class FieldComparison:
    """One field that differs: either `blocks` of lines or `values` by path."""

    name: str
    blocks: list[Block]
    values: list[ValueRow]
    added: int
    removed: int
    changes: int
    where: str
    is_new: bool
    is_gone: bool
    is_coarse: bool
    is_cut: bool

    @property
    def label(self) -> str:
        return field_names.label(self.name)

    @property
    def is_document(self) -> bool:
        return bool(self.values)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All of it."""

    fields: list[FieldComparison]
    unchanged: list[str]

    @property
    def changes(self) -> int:
        return sum(field.changes for field in self.fields)


def compare_drafts(base: Draft, target: Draft, *, only: str | None = None) -> Comparison:
    """Compare two versions field by field; `only` one field, where it is named."""
    names = field_names.in_order(set(base.fields) | set(target.fields))
    differ = [name for name in names if base.sha256_of(name) != target.sha256_of(name)]
    budget = Budget()
    shown = [name for name in differ if only in {None, name}]
    return Comparison(
        fields=[_compare_field(base, target, name, budget) for name in shown],
        unchanged=[name for name in names if name not in differ],
    )


def _compare_field(base: Draft, target: Draft, name: str, budget: Budget) -> FieldComparison:
    old, new = texts_of([base, target], name)
    document = _documents(name, target, old, new, budget)
    if document is not None and document.changes:
        return _of_values(base, target, name, document)
    return _of_lines(base, target, name, compare_texts(old, new, budget=budget))


def _documents(name: str, target: Draft, old: str, new: str, budget: Budget) -> DocumentDifference | None:
    """JSON is compared by path where both sides are JSON."""
    content = target.fields.get(name)
    if content is None or content.language != "json" or not old.strip():
        return None
    try:
        return compare_documents(parse(old), parse(new), budget=budget)
    except ValidationFailed:
        return None


def _of_values(base: Draft, target: Draft, name: str, difference: DocumentDifference) -> FieldComparison:
    changes = difference.changes
    tops = list(dict.fromkeys(str(change.path[0]) for change in changes if change.path))
    return FieldComparison(
        name=name,
        blocks=[],
        values=[ValueRow(change) for change in changes[:MOST_VALUES]],
        added=0,
        removed=0,
        changes=min(difference.counts.values, MOST_VALUES),
        where=", ".join(tops[:4]) + (" …" if len(tops) > 4 else ""),
        is_new=name not in base.fields,
        is_gone=name not in target.fields,
        is_coarse=difference.coarse,
        is_cut=len(changes) > MOST_VALUES,
    )


def _of_lines(base: Draft, target: Draft, name: str, difference: TextDifference) -> FieldComparison:
    blocks: list[Block] = []
    rows = 0
    for part in sections(difference):
        if rows > MOST_ROWS:
            break
        if isinstance(part, Fold):
            blocks.append(Block([], fold=part))
            continue
        blocks += _blocks(part)
        rows += len(part.rows)
    places = ngettext("{n} place", "{n} places", difference.counts.places).format(n=difference.counts.places)
    return FieldComparison(
        name=name,
        blocks=blocks,
        values=[],
        added=difference.counts.lines_added,
        removed=difference.counts.lines_removed,
        changes=sum(block.is_change for block in blocks),
        where=f"{places} · {_lines_of(difference)}",
        is_new=name not in base.fields,
        is_gone=name not in target.fields,
        is_coarse=difference.coarse,
        is_cut=rows > MOST_ROWS,
    )


def _blocks(hunk: Hunk) -> Iterator[Block]:
    for place, rows in groupby(split_rows(hunk), key=lambda row: row.place):
        yield Block(list(rows), is_change=place > 0)


def _lines_of(difference: TextDifference) -> str:
    """`lines 18, 27–30`: where the new text (or the old one, of what only left) changed."""
    ranges: list[str] = []
    for hunk in difference.hunks:
        for block in _blocks(hunk):
            if block.is_change:
                rows = [row.right or row.left for row in block.rows]
                numbers = [row.new or row.old or 0 for row in rows if row]
                ranges.append(str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}")
    shown = ", ".join(ranges[:3]) + (" …" if len(ranges) > 3 else "")
    return (
        _("line {lines}").format(lines=shown)
        if len(ranges) == 1 and "–" not in shown
        else _("lines {lines}").format(lines=shown)
    )


def _written(value: object) -> str:
    if isinstance(value, dict | list) and value:
        return json.dumps(value, ensure_ascii=False, indent=2)
    return json.dumps(value, ensure_ascii=False)
