"""Tables as files for spreadsheets: RFC 4180, UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

# Goes before the first line, so that spreadsheets know that it is UTF-8.
UTF8_MARK: Final = b"\xef\xbb\xbf"
# Characters that begin a formula in a spreadsheet.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_lines(rows: Iterable[Iterable[object]]) -> bytes:
    """Lines of a table. No cell becomes a formula: an apostrophe goes before one (OWASP, "CSV Injection")."""
    text = io.StringIO()
    csv.writer(text).writerows([_safe(str(cell)) for cell in row] for row in rows)
    return text.getvalue().encode()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
