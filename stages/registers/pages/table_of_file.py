"""A new table made of a spreadsheet: its columns are the headings, with the types that all of their values have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from stages.registers.exchange.parsing import Sheet
from stages.registers.pages.schema_forms import name_from
from stages.registers.schema import Column
from stages.registers.schema.model import DATE, DATETIME, DURATION, FLOAT, INTEGER, KEY_COLUMN, TEXT
from stages.registers.schema.values import read_text

# The first of these that all values of a column fit.
_TYPES: Final = (INTEGER, FLOAT, DATE, DATETIME, DURATION)
_KEY: Final = re.compile(r"([A-Za-z][A-Za-z0-9]{0,9})-[0-9]{1,15}")


def columns_of(sheet: Sheet) -> list[Column]:
    """A column for each heading but that of keys. Raises `ValidationFailed` for none."""
    found: list[Column] = []
    for at, heading in enumerate(sheet.head):
        title = heading.strip()
        if not title or title.casefold() == KEY_COLUMN:
            continue
        name = name_from(title, {KEY_COLUMN, *(each.name for each in found)}, "column")
        found.append(Column(name, _type_of(list(_values(sheet, at))), title[:100]))
    if not found:
        raise ValidationFailed({"file": [_("The first row names no columns.")]})
    return found


def prefix_of(sheet: Sheet) -> str:
    """What the keys in a column “Key” begin with; empty where there are none, or several."""
    at = next((at for at, heading in enumerate(sheet.head) if heading.strip().casefold() == KEY_COLUMN), None)
    keys = list(_values(sheet, at)) if at is not None else []
    prefixes = {match[1].upper() if (match := _KEY.fullmatch(each)) else "" for each in keys}
    return prefixes.pop() if len(prefixes) == 1 else ""


def _values(sheet: Sheet, at: int) -> Iterator[str]:
    return (text for row in sheet.rows if at < len(row) and (text := row[at].strip()))


def _type_of(values: Sequence[str]) -> str:
    return next((each for each in _TYPES if values and _fits(each, values)), TEXT)


def _fits(type_: str, values: Sequence[str]) -> bool:
    column = Column("value", type_)
    try:
        for value in values:
            read_text(column, value)
    except ValidationFailed:
        return False
    return True
