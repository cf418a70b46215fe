"""What the record of home adds to the trunk's registries."""

from __future__ import annotations

from kernel.late import Late


def register() -> None:
    """Add everything here to its registry."""
    from audit.verification import RECORD_CHECKS
    from blobs.rebuilding import CONTENTS_OF_ROWS
    from realtime.frames import register_ephemerals
    from stages.replication.home import events, live

    events.register()
    register_ephemerals(live.EPHEMERALS)
    RECORD_CHECKS.register("copies of home", Late("stages.replication.home.verification:check_copies"))
    CONTENTS_OF_ROWS.register("copies of home", Late("stages.replication.home.verification:contents_of_copies"))
