"""What ingest adds to the registries of others."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    from audit.via import Via, register_via

    register_via("site", Via(_("another site")))
