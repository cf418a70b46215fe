"""Why the tables of registers are not rebuilt from events."""

from __future__ import annotations

from typing import Final

_SIGNED: Final = "signed, and in a bundle whose hash its event has (records of registers)"
_DERIVED: Final = "computed from the operations, and compared with a replay of them (records of registers)"

TABLES: Final = {
    "registers_operation": _SIGNED,
    "registers_textwriter": "who may type under which client id; what was typed is in signed operations",
    "registers_overlay": "one person's own until it is committed, which is a bundle with its event",
    **dict.fromkeys(
        (
            *("registers_fieldstate", "registers_document", "registers_life", "registers_edgeends"),
            *("registers_edgeindex", "registers_mapping", "registers_record", "registers_row", "registers_edge"),
            "registers_conflict",
        ),
        _DERIVED,
    ),
}
