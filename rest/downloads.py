"""The name under which a browser saves what it is sent."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

# File systems take 255 bytes; some is left for what a browser adds to a name that is there already.
MAX_STEM_BYTES: Final = 180
_KEPT: Final = frozenset("LMN")


def file_name(stem: str, ending: str) -> str:
    """A file's name that every system takes, in whatever script: letters, marks, digits and dots, the rest hyphens."""
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
