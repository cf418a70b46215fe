"""A way of writing that only this stage has."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from audit.via import Via, register_via

NOTEBOOK: Final = "notebook"


def register() -> None:
    register_via(NOTEBOOK, Via(_("Notebook")))
