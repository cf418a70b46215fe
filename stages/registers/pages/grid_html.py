"""Rows of a grid as HTML. Written here and not in a template: a block has a thousand cells, which takes a template ten
times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from stages.registers.pages.columns import LINKS
from stages.registers.pages.grid_rows import CellView, RowView
from stages.registers.schema.model import ENTITY, FILE, LIST, TEXT
from workspace.templatetags.foundry import icon


def rows_html(rows: Iterable[RowView], records_address: str) -> SafeString:
    """The rows of a block, without space between their parts; everything that people wrote is escaped."""
    writer = _Writer(
        records=escape(records_address),
        empty=f'<span class="reg-none" role="img" aria-label="{escape(_("Empty"))}">–</span>',
        yes=f'<span class="reg-check" role="img" aria-label="{escape(_("Yes"))}">{icon("check", 12)}</span>',
        no=f'<span class="reg-check" data-off role="img" aria-label="{escape(_("No"))}"></span>',
        side_by_side=f'<span class="sr-only">{escape(_("values side by side"))}</span>',
    )
    return mark_safe("".join(map(writer.row, rows)))  # noqa: S308 (each part is escaped above and below)


@dataclass(frozen=True, slots=True)
class _Writer:
    """What is the same in all rows, written once."""

    records: str
    empty: str
    yes: str
    no: str
    side_by_side: str

    def row(self, row: RowView) -> str:
        cells = "".join(self._cell(cell, row.record, at) for at, cell in enumerate(row.cells, start=2))
        number = f'<span class="reg-number" role="rowheader" aria-colindex="1" data-pinned>{_number(row.number)}</span>'
        facts = f'data-record="{escape(row.record)}" data-key="{escape(row.key)}"'
        return f'<div class="reg-row" role="row" {facts}>{number}{cells}</div>'

    def _cell(self, cell: CellView, record: str, index: int) -> str:
        facts = "".join(_flags(cell))
        opening = f'<div class="reg-cell" role="gridcell" aria-colindex="{index}"{facts}>'
        return f"{opening}{self._values(cell)}{self._content(cell, record)}</div>"

    def _values(self, cell: CellView) -> str:
        if not cell.in_conflict:
            return ""
        return f'<span class="reg-values">{icon("git-branch", 12)}<span>{cell.values}</span>{self.side_by_side}</span>'

    def _content(self, cell: CellView, record: str) -> str:
        if cell.kind in ("empty", "yes", "no"):
            return {"empty": self.empty, "yes": self.yes, "no": self.no}[cell.kind]
        if cell.kind in (LINKS, ENTITY):
            more = f'<span class="reg-chip">+{cell.more}</span>' if cell.more else ""
            return "".join(self._link("reg-chip", each.record, each.key) for each in cell.chips) + more or self.empty
        if cell.kind == "key":
            return self._link("reg-key", record, cell.text)
        misfit = " reg-misfit" if cell.kind == "misfit" else ""
        lead = icon("paperclip", 14) if cell.kind == FILE else ""
        direction = ' dir="auto"' if cell.column.type in (TEXT, LIST) else ""
        return f'{lead}<span class="cut{misfit}"{direction}>{escape(cell.text)}</span>'

    def _link(self, name: str, record: str, words: str) -> str:
        return f'<a class="{name}" tabindex="-1" href="{self.records}{escape(record)}/">{escape(words)}</a>'


def _number(number: int) -> str:
    return f'<span data-part="number">{number}</span>'


def _flags(cell: CellView) -> Iterator[str]:
    yield f' data-field="{escape(cell.column.field)}" data-text="{escape(cell.typed)}" data-tips="{escape(cell.tips)}"'
    if cell.column.is_key:
        yield ' data-pinned="key"'
    if cell.column.is_end:
        yield " data-end"
    if cell.in_conflict:
        yield " data-conflict"
    if cell.misfit:
        yield f' data-tip="{escape(cell.misfit)}"'
