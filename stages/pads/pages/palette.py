"""Pads in the palette: a new one, and those of the project by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from stages.pads.models import Pad
from workspace.palette.entries import PaletteContext, PaletteEntry

# How many of those that changed last are searched by name.
MAX_READ: Final = 100


def actions(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """A new pad."""
    if context.access is not None and context.offers("pad.create"):
        yield PaletteEntry(
            label=_("New pad…"),
            icon="notebook-pen",
            href=reverse("pads:new", args=[context.access.project.id]),
            words=_("write together draft notes"),
        )


def pads(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """The pads that changed last: each leads to its page."""
    if context.access is None or not question:
        return
    project_id = context.access.project.id
    newest = Pad.objects.filter(project=project_id).order_by("-changed_at").only("id", "name", "closed_at")
    for found in newest[:MAX_READ]:
        yield PaletteEntry(
            label=found.name,
            icon="notebook-pen",
            href=reverse("pads:pad", args=[project_id, found.id]),
            note=_("Closed") if found.is_closed else "",
        )
