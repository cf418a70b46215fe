"""Makes texts from the bundle safe to print: on one line, with invisible characters spelled out."""

from __future__ import annotations

import re

from kernel.invisible import HIDDEN as _HIDDEN

# `assembly` writes the pattern itself into `verify.py`.
HIDDEN = _HIDDEN

BREAKS = re.compile("[\\t\\n\\r]")


def spelled_out(text: str) -> str:
    """The text with a readable sign for each hidden character and each line's end: `⟨U+202E⟩`."""
    signed = HIDDEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)
    return BREAKS.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", signed)
