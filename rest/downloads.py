"""The file names under which browsers save downloads."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

# File systems allow 255 bytes; the rest is for what a browser appends to a name that exists already.
MAX_STEM_BYTES: Final = 180
_KEPT: Final = frozenset("LMN")


def file_name(stem: str, ending: str) -> str:
    """A file name that every system accepts, in any script: letters, marks, digits and dots; hyphens for the rest."""
    text = unicodedata.normalize("NFC", stem)
    plain = "".join(each if each == "." or unicodedata.category(each)[0] in _KEPT else "-" for each in text)
    cut = re.sub("-{2,}", "-", plain).encode()[:MAX_STEM_BYTES].decode(errors="ignore")
    return f"{cut.strip('-.') or 'foundry'}.{ending}"


def attachment(name: str) -> str:
    """The header `Content-Disposition` of a file to be saved as `name`.

    Clients without `filename*` (RFC 6266, section 4.3; RFC 8187) get its ASCII letters.
    """
    stem, _, ending = name.rpartition(".")
    ascii_only = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    fallback = f"{re.sub('[^A-Za-z0-9.]+', '-', ascii_only).strip('-.') or 'foundry'}.{ending}"
    extended = "" if fallback == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{fallback}"{extended}'
