"""The files that are attached in the demo, drawn when it is made: pages of a few lines and a table."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

# Pixels.
_WIDTH: Final = 1240
_MARGIN: Final = 90
_ROW: Final = 64
_INK: Final = "#1c1b18"
_LINE: Final = "#c9c6bd"

SECTIONS: Final = (
    ("Subject", "Amendment 3", "Amendment 4"),
    ("Discontinuation", "6.4.3", "6.4.4"),
    ("Restart after an interruption", "6.5", "6.5"),
    ("Report of a grade 4 event", "9.3.1, 48 hours", "9.3.2, 24 hours"),
)
DOSES: Final = (
    ("Level", "Dose", "Section"),
    ("0", "flat", "6.1.2"),
    ("-1", "flat, reduced once", "6.4.1"),
    ("-2", "flat, reduced twice", "6.4.2"),
)


def pdf(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """A page of a PDF with a title and a table; the first row is its head."""
    return _bytes(_page(title, rows, height=1754), "PDF")


def png(title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """A picture of the same."""
    return _bytes(_page(title, rows, height=2 * _MARGIN + _ROW * (len(rows) + 2)), "PNG")


def _page(title: str, rows: Sequence[Sequence[str]], *, height: int) -> Image.Image:
    page = Image.new("RGB", (_WIDTH, height), "white")
    draw = ImageDraw.Draw(page)
    draw.text((_MARGIN, _MARGIN), title, fill=_INK, font=ImageFont.load_default(40))
    column = (_WIDTH - 2 * _MARGIN) // len(rows[0])
    for number, row in enumerate(rows):
        top = _MARGIN + _ROW * (number + 2)
        for place, words in enumerate(row):
            draw.text((_MARGIN + place * column, top), words, fill=_INK, font=ImageFont.load_default(26))
        draw.line((_MARGIN, top + 44, _WIDTH - _MARGIN, top + 44), fill=_LINE, width=1 if number else 3)
    return page


def _bytes(page: Image.Image, kind: str) -> bytes:
    written = io.BytesIO()
    page.save(written, kind)
    return written.getvalue()
