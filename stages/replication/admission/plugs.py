"""What admission registers."""

from __future__ import annotations


def register() -> None:
    """Events, addresses, what becomes of projects and accounts, and the name of a replica's home."""
    from accounts.deactivation import DEACTIVATION_STEPS
    from kernel.addresses import API_URLS, PAGE_URLS, UrlModule
    from kernel.late import Late
    from projects.homes import HOME_NAMES
    from rest.schema import register_enum_names
    from stages.replication.admission import events, rebuilding

    events.register()
    rebuilding.register()
    HOME_NAMES.register("replication", Late("stages.replication.admission.homes:name_of_home"))
    DEACTIVATION_STEPS.register("replication", Late("stages.replication.admission.closing:wake_afterwards"))
    register_enum_names(
        SiteRights="stages.replication.choices.Rights",
        SiteState="stages.replication.reading.site.SiteState",
    )
    API_URLS.register("replication", UrlModule("stages.replication.urls"))
    PAGE_URLS.register(
        "replication-rpc", UrlModule("stages.replication.admission.rpc_urls", prefix="api/rpc/", is_api=True)
    )
