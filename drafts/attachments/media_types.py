"""The type under which a file is sent: one of a closed list, by its first bytes, whatever a client says of it.

No byte of a user is ever shown inline, so this only helps the program that opens the saved file. Nothing that a browser
runs is in the list: text, HTML and SVG have no signature, and are `application/octet-stream`.
"""

from __future__ import annotations

import re
from typing import Final

UNKNOWN: Final = "application/octet-stream"

# How many of the first bytes `media_type_of` needs.
SIGNATURE_BYTES: Final = 16

_SIGNATURES: Final = (
    ("image/png", re.compile(rb"\x89PNG\r\n\x1a\n", re.DOTALL)),
    ("image/jpeg", re.compile(rb"\xff\xd8\xff", re.DOTALL)),
    ("image/gif", re.compile(rb"GIF8[79]a", re.DOTALL)),
    ("image/webp", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ("image/tiff", re.compile(rb"II\*\0|MM\0\*", re.DOTALL)),
    ("application/pdf", re.compile(rb"%PDF-\d\.\d", re.DOTALL)),
    ("application/zip", re.compile(rb"PK\x03\x04|PK\x05\x06", re.DOTALL)),
    ("application/gzip", re.compile(rb"\x1f\x8b\x08", re.DOTALL)),
    ("video/mp4", re.compile(rb".{4}ftyp(?:isom|iso2|mp4[12]|avc1|M4V )", re.DOTALL)),
    ("application/vnd.apache.parquet", re.compile(rb"PAR1", re.DOTALL)),
)
MEDIA_TYPES: Final = frozenset({UNKNOWN, *(media_type for media_type, _ in _SIGNATURES)})


def media_type_of(first_bytes: bytes) -> str:
    """The media type of a file that begins like this."""
    return next((name for name, signature in _SIGNATURES if signature.match(first_bytes)), UNKNOWN)
