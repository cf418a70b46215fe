"""The pads that people are in, for the bar of a project."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.urls import reverse

from stages.pads.models import Pad
from workspace.places import Place


def places_of_pads(ids: Collection[str]) -> Mapping[str, Place]:
    """The pads by their ids. One query."""
    found = Pad.objects.filter(pk__in=[UUID(each) for each in ids]).values_list("pk", "project_id", "name")
    return {
        str(pad_id): Place(project_id, name, reverse("pads:pad", args=[project_id, pad_id]))
        for pad_id, project_id, name in found
    }
