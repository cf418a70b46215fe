"""The ways by which people and programs write (`accounts.callers` says which one a caller took)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.via import Via, register_via


def register() -> None:
    """Register all of them."""
    register_via("browser", Via(_("Browser")))
    register_via("api", Via(_("REST")))
    register_via("gateway", Via(_("WebSocket")))
    register_via("command", Via(_("Command line")))
    register_via("job", Via(_("Background work")))
