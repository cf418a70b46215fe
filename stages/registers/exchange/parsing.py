"""Texts of spreadsheets as rows of cells: what was copied (tab-separated), and CSV files with comma or semicolon."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from kernel.errors import PayloadTooLarge
from stages.registers.schema.values import refuse

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_ROWS: Final = 10_000
MAX_CELLS: Final = 500
_SEPARATORS: Final = "\t;,"
_FORMULA: Final = "=+-@\t\r\n"
# How workbooks begin: packed ones (xlsx, ods), and those of old (xls).
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first row, and the rows below it, as texts; rows without any text are left out.

    `numbers` are the rows' numbers in the file, where the head is row 1.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]


def decode(content: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16, with or without a mark. Raises `ValidationFailed`, `PayloadTooLarge`."""
    if len(content) > MAX_BYTES:
        raise PayloadTooLarge(gettext("A file has at most 8 MiB."))
    if content.startswith(_WORKBOOKS):
        words = gettext("This is a workbook, as Excel keeps it. Save the sheet as “CSV UTF-8”, and import that file.")
        raise refuse("file", words)
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        words = gettext("Not UTF-8 at byte %(at)s. Save the file as “CSV UTF-8”.") % {"at": f"{error.start:,}"}
        raise refuse("file", words) from None


def parse_sheet(text: str, separator: str = "") -> Sheet:
    """The rows of a text whose first row names columns. Without a `separator`, the one that its first row has most.

    Raises `ValidationFailed` for what is no table, `PayloadTooLarge` beyond 10,000 rows.
    """
    rows, numbers = parse_rows(text, separator)
    if not rows:
        raise refuse("file", gettext("There is nothing in it. The first row names the columns."))
    return Sheet(tuple(each.strip() for each in rows[0]), tuple(rows[1:]), tuple(numbers[1:]))


def parse_rows(text: str, separator: str = "") -> tuple[list[tuple[str, ...]], list[int]]:
    """The rows of a text that are not empty, and their numbers from 1."""
    if "\0" in text or any(0xD800 <= ord(each) < 0xE000 for each in text):
        raise refuse("file", gettext("Has a NUL character or half of a surrogate pair."))
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    first = text.partition("\n")[0]
    counted = {each: first.count(each) for each in _SEPARATORS}
    delimiter = separator or (max(counted, key=lambda each: counted[each]) if any(counted.values()) else ",")
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    try:
        for number, row in enumerate(reader, start=1):
            if not any(each.strip() for each in row):
                continue
            _check_size(rows, row, number)
            rows.append(tuple(_unguarded(each) for each in row))
            numbers.append(number)
    except csv.Error as error:
        words = gettext("Line %(line)s is no line of a table: %(error)s.")
        raise refuse("file", words % {"line": reader.line_num, "error": error}) from None
    return rows, numbers


def _unguarded(cell: str) -> str:
    """A cell without the apostrophe that keeps it from being a formula (`kernel.spreadsheets`)."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in _FORMULA else cell


def _check_size(rows: Sequence[object], row: Sequence[str], number: int) -> None:
    if len(rows) > MAX_ROWS:
        raise PayloadTooLarge(gettext("A table has at most 10,000 rows at once. Split the file."), rows=MAX_ROWS)
    if len(row) > MAX_CELLS:
        words = gettext("Row %(row)s has more than %(most)s cells.") % {"row": number, "most": MAX_CELLS}
        raise refuse("file", words)
