"""How the controls are taken out of pads."""

from __future__ import annotations

from typing import Final

from tests.controls_out.out import Out

_PROTECTION: Final = "tests/pads/test_protection.py::"
_TABLES: Final = ("pads_pad", "pads_writer", "pads_revision")

PADS: Final = (
    Out(
        "c02",
        "nobody folds the logs of pads, and compares them with their recorded hashes, rows and snapshots",
        ("tests/pads/test_logs.py::test_c02_what_was_changed_is_noticed",),
        patches=(("stages.pads.verification.check_pad", lambda *_: ()),),
        part="pads",
    ),
    Out(
        "c08",
        "the database lets pads, their writers and revisions be changed and removed",
        (
            f"{_PROTECTION}test_c08_nothing_is_deleted",
            f"{_PROTECTION}test_c08_what_was_written_never_changes",
        ),
        sql="".join(f"ALTER TABLE {table} DISABLE TRIGGER USER;" for table in _TABLES),
        part="pads",
    ),
)
