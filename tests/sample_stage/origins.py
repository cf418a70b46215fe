"""Versions can be made from a note: how people read of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drafts.origins import OriginPage, OriginType
from tests.sample_stage.models import Note


def _pages(ids: Collection[str]) -> Mapping[str, OriginPage]:
    notes = Note._default_manager.filter(id__in=ids)
    return {
        str(note.id): OriginPage(note.text, reverse("workspace:activity", args=[note.project_id])) for note in notes
    }


NOTE: Final = OriginType(
    made=_("Written down from “{source}” by {name}"),
    sentence=_("{name} wrote down {thing}"),
    thing=_("“{source}” as v{version}, {written}: {fields}"),
    words=_("v{version}, written down from “{source}”, {written}: {fields}"),
    source_of=lambda facts: str(facts["text"]),
    pages=_pages,
)
