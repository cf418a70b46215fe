"""What the proof of replication registers."""

from __future__ import annotations


def register() -> None:
    from audit.rebuilding.tables import TABLES_WITHOUT_RECORD
    from stages.replication.proof import unrecorded

    for name, reason in unrecorded.TABLES.items():
        TABLES_WITHOUT_RECORD.register(name, reason)
