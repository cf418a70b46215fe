"""What held bundles add to the registries of others."""

from __future__ import annotations


def register() -> None:
    from kernel.addresses import API_URLS, UrlModule
    from stages.replication.held import events

    events.register()
    API_URLS.register("replication-held", UrlModule("stages.replication.held.urls"))
