"""What held bundles add to the registries of others."""

from __future__ import annotations


def register() -> None:
    from stages.replication.held import events

    events.register()
