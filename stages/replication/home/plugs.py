"""What the record of home adds to the trunk's registries."""

from __future__ import annotations

from kernel.late import Late


def register() -> None:
    """Add everything here to its registry."""
    from audit.verification import RECORD_CHECKS
    from blobs.rebuilding import CONTENTS_OF_ROWS
    from drafts.exchange.registry import EXPORT_CHECKS, EXPORTED_TABLES
    from kernel.addresses import API_URLS, PAGE_URLS, UrlModule
    from realtime.frames import register_ephemerals
    from stages.registers.elsewhere import FILES_ELSEWHERE
    from stages.registers.rpc.registry import RPC_EVENTS
    from stages.replication.home import events, exchange, live, methods, working
    from stages.replication.home.pages import plugs as pages

    API_URLS.register("replication-home", UrlModule("stages.replication.home.urls"))
    PAGE_URLS.register("replication-home", UrlModule("stages.replication.home.pages.urls"))
    events.register()
    methods.register()
    pages.register()
    for name, exported in exchange.EXPORTED.items():
        EXPORTED_TABLES.register(name, exported)
    EXPORT_CHECKS.register("copied record", exchange.CHECK)
    FILES_ELSEWHERE.register("replication", Late("stages.replication.home.files:page_of_file"))
    working.register()
    register_ephemerals(live.EPHEMERALS)
    RPC_EVENTS.register(live.CONTENT, Late("stages.replication.rpc_events:blob_available"))
    RECORD_CHECKS.register("copies of home", Late("stages.replication.home.verification:check_copies"))
    CONTENTS_OF_ROWS.register("copies of home", Late("stages.replication.home.verification:contents_of_copies"))
