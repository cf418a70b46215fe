"""The form of an import: what somebody sent, and what is shown of a look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from kernel.spreadsheets import csv_lines
from stages.registers.exchange.headings import Heading, Links, match_headings, targets_of
from stages.registers.exchange.importing import plan_import
from stages.registers.exchange.lines import lines_of
from stages.registers.exchange.parsing import Sheet, decode, parse_sheet
from stages.registers.exchange.plan import LINKS, ImportPlan, Part, read_part
from stages.registers.fold.acts import Acts
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Schema, Table
from stages.registers.storing.increment import StoredIncrement
from workspace.decorators import PageRequest

# Of rows that are changed, and of new ones, in the look.
MAX_CHANGED: Final = 300
MAX_NEW: Final = 100
# Of keys that are new, in one line.
MAX_NAMED: Final = 10
_CHOICE: Final = "as-"
_LEFT_OUT: Final = "-"


@dataclass(frozen=True, slots=True)
class ImportForm:
    """What was sent: `text`, `choices` (a field or "-" by place in the first row), and the parts to write.

    `ref` names the import, so that a part which is sent twice is written once. `only` is the place of the one part that
    a script sends; `after` is how many of them are written already.
    """

    text: str = ""
    choices: Mapping[int, str] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    ref: UUID | None = None
    only: int | None = None
    after: int = 0

    def sheet(self) -> Sheet:
        return parse_sheet(self.text)

    def columns(self, sheet: Sheet) -> dict[str, str | None]:
        """The chosen fields by heading, None for one that is left out."""
        return {
            heading: None if (chosen := self.choices[at]) == _LEFT_OUT else chosen
            for at, heading in enumerate(sheet.head)
            if at in self.choices
        }

    def ref_of(self, part: Part) -> UUID | None:
        return uuid5(self.ref, str(part)) if self.ref is not None else None


def read_form(request: PageRequest) -> ImportForm:
    """What a POST has. Raises `ValidationFailed` for a file that is none."""
    post = request.POST
    file = request.FILES.get("file")
    text = decode(file.read()) if file is not None else post.get("text", "")
    choices = {at: value for name in post if (at := _place(name)) is not None and (value := post.get(name, ""))}
    parts = tuple(part for each in post.getlist("part") if (part := read_part(each)) is not None)
    try:
        ref = UUID(post.get("ref", ""))
    except ValueError:
        ref = None
    return ImportForm(text, choices, parts, ref, _number(post.get("only")), _number(post.get("after")) or 0)


def _place(name: str) -> int | None:
    return _number(name.removeprefix(_CHOICE)) if name.startswith(_CHOICE) else None


def _number(written: str | None) -> int | None:
    return int(written) if written is not None and written.isdecimal() and len(written) < 6 else None


@dataclass(frozen=True, slots=True)
class ShownHeading:
    """A heading with the fields that it can be; `chosen` is the one that it is, "-" where it is left out."""

    at: int
    text: str
    example: str
    chosen: str
    is_unknown: bool


def headings_of(form: ImportForm, sheet: Sheet, schema: Schema, table: Table) -> list[ShownHeading]:
    """The headings that somebody has to decide about, or has decided about."""
    headings = match_headings(schema, table, sheet.head, form.columns(sheet))
    return [
        ShownHeading(at, each.text, _example(sheet, at), _chosen(each), each.is_unknown)
        for at, each in enumerate(headings)
        if each.text and (each.is_unknown or at in form.choices)
    ]


def _chosen(heading: Heading) -> str:
    return "" if heading.is_unknown else heading.field or _LEFT_OUT


def _example(sheet: Sheet, at: int) -> str:
    return next((row[at] for row in sheet.rows if at < len(row) and row[at].strip()), "")


def fields_of(schema: Schema, table: Table) -> list[tuple[str, str]]:
    """What a heading can be: fields with their titles."""
    return [(_name(each), each.label) for each in targets_of(schema, table)]


def _name(target: Column | Links) -> str:
    return target.name if isinstance(target, Column) else target.field


def shown_plan(plan: ImportPlan) -> dict[str, Any]:
    """What the look shows of a plan without problems."""
    changed = [row for row in plan.rows if row.is_changed]
    new = [row for row in plan.rows if row.is_new]
    keys = plan.new_keys
    parts = plan.parts
    return {
        "changed_rows": changed[:MAX_CHANGED],
        "new_rows": new[:MAX_NEW],
        "rows_left": max(0, len(changed) - MAX_CHANGED) + max(0, len(new) - MAX_NEW),
        "new_keys": keys[:MAX_NAMED],
        "keys_left": max(0, len(keys) - MAX_NAMED),
        "parts": [str(each) for each in parts],
        "most_rows": max(each.last - each.first for each in parts),
        "ref": uuid4(),
        "records": plan.created + plan.changed,
    }


def rest_of(form: ImportForm, schema: Schema, table: Table, done: int) -> str:
    """The rows that are left when the first `done` parts are written, as the text of a file."""
    sheet = form.sheet()
    left = form.parts[done:]
    if not done or not left:
        return form.text
    headings = match_headings(schema, table, sheet.head, form.columns(sheet))
    lines = sorted(lines_of(table, headings, sheet, None), key=lambda line: not line.key)
    first = min((part.first for part in left if part.kind != LINKS), default=len(lines))
    links_wait = any(part.kind == LINKS for part in left)
    kept = [line.cells for at, line in enumerate(lines) if at >= first or (links_wait and line.key)]
    return csv_lines([sheet.head, *kept]).decode()


def look_at(reader: Reader, facet: str, form: ImportForm) -> ImportPlan:
    """The plan for the rows of a form. Raises `ValidationFailed`, `PayloadTooLarge`."""
    sheet = form.sheet()
    acts = Acts(StoredIncrement(reader.storage.fork()))
    return plan_import(acts, reader.schema, facet, sheet, columns=form.columns(sheet))
