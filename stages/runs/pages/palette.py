"""Runs in the palette: a new experiment, and the newest experiments by title."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from stages.runs.models import Experiment, ExperimentState
from workspace.palette.entries import PaletteContext, PaletteEntry

# How many of the newest are searched by title.
MAX_READ: Final = 100


def actions(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """Asking models, and the models of the project."""
    if context.access is None:
        return
    project_id = context.access.project.id
    if context.version and context.offers("run.start"):
        yield PaletteEntry(
            label=_("New experiment…"),
            icon="flask-conical",
            href=reverse("runs:new", args=[project_id]),
            words=_("ask models question run try change"),
            shortcut="new-experiment",
        )
    yield PaletteEntry(
        label=_("Models of this project"),
        icon="bot",
        href=f"{reverse('workspace:settings', args=[project_id])}#models",
        words=_("providers keys prices budget openai anthropic google"),
    )


def experiments(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """The newest experiments, by title: each leads to its page."""
    if context.access is None or not question:
        return
    project_id = context.access.project.id
    newest = Experiment.objects.filter(project=project_id, state=ExperimentState.OPEN).order_by("-id")
    for found in newest.only("id", "title", "kind")[:MAX_READ]:
        yield PaletteEntry(
            label=found.title,
            icon="flask-conical",
            href=reverse("runs:experiment", args=[project_id, found.id]),
            note=str(found.get_kind_display()),
        )
