"""What the stations and their sign-in register."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Called from the stage's `ready()`."""
    from audit.event_types import register_inbox_lines
    from audit.rebuilding.tables import TABLES_WITHOUT_RECORD, rebuild
    from audit.verification import RECORD_CHECKS
    from audit.via import Via, register_via
    from kernel.addresses import API_URLS, PAGE_URLS, UrlModule
    from kernel.doctor import EXAMINATIONS
    from kernel.late import Late
    from kernel.metrics import register_figures
    from proposals.endings import when_ended
    from stages.fleet.stations.inbox import REPORTED_LINE, STALE_LINE
    from stages.fleet.stations.metrics import FIGURES
    from stages.fleet.stations.rebuilding import BY_HASH, SAID, TABLES, TRANSIENT

    register_via("station", Via(_("Station")))
    API_URLS.register("fleet_sign_in", UrlModule("stages.fleet.sign_in.urls"))
    API_URLS.register("fleet_stations", UrlModule("stages.fleet.stations.urls"))
    PAGE_URLS.register("fleet_sign_in", UrlModule("stages.fleet.sign_in.page_urls"))
    PAGE_URLS.register("fleet_well_known", UrlModule("stages.fleet.sign_in.well_known", ".well-known/", is_api=True))
    register_figures(*FIGURES)
    register_inbox_lines(REPORTED_LINE, STALE_LINE)
    EXAMINATIONS.register("Fleet", Late("stages.fleet.doctor:examine"))
    rebuild(*TABLES)
    for table, why in {"report": BY_HASH, "placement": SAID, "devicecode": TRANSIENT}.items():
        TABLES_WITHOUT_RECORD.register(f"fleet_{table}", why)
    RECORD_CHECKS.register("records of stations", Late("stages.fleet.stations.verification:check_stations"))
    when_ended("fleet", Late("stages.fleet.stations.decisions:notify_station"))
    _register_socket()


def _register_socket() -> None:
    from gateway.registry import SOCKET_ADDRESSES
    from stages.fleet.stations.socket import SOCKET

    SOCKET_ADDRESSES.register("stations", SOCKET)
