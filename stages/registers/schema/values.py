"""What fits a column: values as JSON has them, and texts as people type, paste and read them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext

from kernel.errors import PayloadTooLarge, ValidationFailed
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import MAX_INTEGER
from stages.registers.fold.values import MAX_TEXT
from stages.registers.fold.values import check_value as check_form
from stages.registers.schema.days import is_day, is_time, missing_day, read_day, read_time, show_day, show_time
from stages.registers.schema.durations import read_duration, show_duration
from stages.registers.schema.model import (
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    ENTITY,
    ENUM,
    FILE,
    FLOAT,
    INTEGER,
    LIST,
    TEXT,
    Column,
)
from stages.registers.schema.numbers import number_words, read_number

# Answers the record of a key such as REQ-12 in a table (empty: in any), None where there is none.
FindRecord = Callable[[str, str], "str | None"]
# Answers what a record is called: its key.
NameRecord = Callable[[str], str]

_YES: Final = frozenset({"yes", "y", "true", "1", "x", "on", "✓", "✔"})
_NO: Final = frozenset({"no", "n", "false", "0", "off", "-", "–"})
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def refuse(name: str, words: str) -> ValidationFailed:
    """The refusal of a value, which names its column."""
    return ValidationFailed({name: [words]})


def check_value(column: Column, value: object) -> Any:
    """A value that a column takes; null always is one.

    Raises `ValidationFailed` naming the column, `PayloadTooLarge` for a text over 64 KiB.
    """
    if isinstance(value, str) and (len(value) > MAX_TEXT or len(value.encode(errors="replace")) > MAX_TEXT):
        raise PayloadTooLarge(gettext("A text has at most 64 KiB."), field=column.name)
    try:
        check_form(value, column.name)
    except Malformed:
        raise refuse(column.name, _what_is_wrong_with_form(value, column)) from None
    if column.crdt:
        raise refuse(column.name, gettext("People write in this column together; it is changed by typing."))
    if value is not None and (problem := _problem(column, value)):
        raise refuse(column.name, problem)
    return value


def is_misfit(column: Column, value: object) -> bool:
    """Whether a value, which is kept as it was written, does not fit its column."""
    return value is not None and _problem(column, value) is not None


def misfit_words(column: Column, value: object) -> str:
    """Why a value does not fit its column; empty if it does."""
    return "" if value is None else _problem(column, value) or ""


def read_text(column: Column, text: str, find: FindRecord | None = None) -> Any:
    """The value of what a person types or pastes into a cell: "24 h", "11 Dec 2026", "yes". Nothing is null.

    `find` answers the record of a key. Raises `ValidationFailed` naming the column.
    """
    stripped = text.strip()
    if not stripped and not (column.type == TEXT and text):
        return None
    if column.reference or column.type == FILE:
        raise refuse(column.name, gettext("This column is not filled by typing."))
    if column.type in (TEXT, LIST):
        return check_value(column, text) if not column.crdt else text
    if column.type == ENTITY:
        return _read_entity(column, stripped, find)
    value = _READERS[column.type](column, stripped)
    if value is None:
        raise refuse(column.name, _what_is_wrong_with_text(column, stripped))
    return check_value(column, value)


def show_text(column: Column, value: object, name: NameRecord | None = None) -> str:
    """A value as people read it; one that does not fit its column as it was written."""
    if value is None:
        return ""
    if is_misfit(column, value) or column.reference:
        return value if isinstance(value, str) else _show_object(value, name)
    if column.type in _SHOWN:
        return _SHOWN[column.type](value)
    return write_text(column, value, name)


def write_text(column: Column, value: object, name: NameRecord | None = None) -> str:
    """A value as files have it, which `read_text` reads again: days and times by ISO 8601, numbers without groups."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        option = column.option(value) if column.type == ENUM else None
        return option.title if option else value
    if column.type == DURATION and isinstance(value, int):
        return show_duration(value)
    if isinstance(value, float) and value.is_integer() and abs(value) <= MAX_INTEGER:
        return str(int(value))
    return _show_object(value, name)


def _show_object(value: object, name: NameRecord | None) -> str:
    if isinstance(value, dict):
        if entity := value.get("entity"):
            return name(entity) if name else entity
        if file := value.get("name"):
            return str(file)
        if isinstance(reference := value.get("reference"), dict):
            record = str(reference.get("entity_id", ""))
            return f"{name(record) if name else record}.{reference.get('field_name', '')}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _read_entity(column: Column, text: str, find: FindRecord | None) -> dict[str, str]:
    found = text if _UUID.fullmatch(text) else find(column.target, text) if find else None
    if found is None:
        raise refuse(column.name, gettext("There is no record “%(key)s”.") % {"key": text[:100]})
    return {"entity": found}


def _read_integer(column: Column, text: str) -> int | None:
    number = read_number(text, is_whole=True)
    if isinstance(number, float):
        return int(number) if number.is_integer() and abs(number) <= MAX_INTEGER else None
    return number


def _read_float(column: Column, text: str) -> int | float | None:
    return read_number(text, is_whole=False)


def _read_boolean(column: Column, text: str) -> bool | None:
    folded = text.casefold()
    if folded in _YES or folded == gettext("Yes").casefold():
        return True
    return False if folded in _NO or folded == gettext("No").casefold() else None


def _read_option(column: Column, text: str) -> str | None:
    if column.option(text):
        return text
    folded = text.casefold()
    found = [each.id for each in column.options if each.title.casefold() == folded]
    return found[0] if found else None


_READERS: Final[dict[str, Callable[[Column, str], Any]]] = {
    INTEGER: _read_integer,
    FLOAT: _read_float,
    BOOLEAN: _read_boolean,
    DATE: lambda column, text: read_day(text),
    DATETIME: lambda column, text: read_time(text),
    DURATION: lambda column, text: read_duration(text),
    ENUM: _read_option,
}


_SHOWN: Final[dict[str, Callable[[Any], str]]] = {
    DATE: show_day,
    DATETIME: show_time,
    INTEGER: lambda value: f"{value:,}",
    BOOLEAN: lambda value: gettext("Yes") if value else gettext("No"),
}


def _problem(column: Column, value: object) -> str | None:
    """Why a value, which has the form of one, does not fit a column; None if it does."""
    if column.reference:
        fits = isinstance(value, dict) and "reference" in value
        return None if fits else gettext("Not a reference to a field of another record.")
    return None if _fits(column, value) else _expected(column)


def _fits(column: Column, value: object) -> bool:  # noqa: PLR0911 (one line for each type)
    match column.type:
        case "integer" | "duration":
            return isinstance(value, int) and not isinstance(value, bool)
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and is_day(value)
        case "datetime":
            return isinstance(value, str) and is_time(value)
        case "enum":
            return isinstance(value, str) and column.option(value) is not None
        case "entity-reference":
            return isinstance(value, dict) and "entity" in value
        case "blob-reference":
            return isinstance(value, dict) and "blake3" in value
    return isinstance(value, str)


def _what_is_wrong_with_text(column: Column, text: str) -> str:
    if column.type in (INTEGER, FLOAT):
        return number_words(text, is_whole=column.type == INTEGER)
    if column.type in (DATE, DATETIME) and (day := missing_day(text)):
        return gettext("There is no %(day)s.") % {"day": day}
    return _expected(column)


def _expected(column: Column) -> str:
    words = {
        INTEGER: gettext("Not a whole number."),
        FLOAT: gettext("Not a number."),
        BOOLEAN: gettext("Not yes or no."),
        DATE: gettext("Not a date. Write it as 2026-12-11 or 11 Dec 2026."),
        DATETIME: gettext("Not a time. Write it as 2026-12-11 13:52; it is in UTC."),
        DURATION: gettext("Not a duration. Write it with its unit, as 24 h or 1 h 30 min."),
        ENTITY: gettext("Not a record."),
        FILE: gettext("Not a file."),
    }
    if column.type == ENUM:
        titles = ", ".join(each.title for each in column.options[:20])
        return gettext("Not an option of this column. Options are: %(options)s.") % {"options": titles or "–"}
    return words.get(column.type, gettext("Not a text."))


def _what_is_wrong_with_form(value: object, column: Column) -> str:
    if isinstance(value, str):
        return gettext("Has a NUL character or half of a surrogate pair.")
    if isinstance(value, float) and not math.isfinite(value):
        return gettext("Not a finite number.")
    if isinstance(value, int):
        return gettext("Not from −9,007,199,254,740,991 to 9,007,199,254,740,991.")
    return _expected(column)
