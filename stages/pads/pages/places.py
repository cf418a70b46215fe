"""The pads that people are in, by name, for the bar of a project."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from stages.pads.models import Pad


def names_of_pads(ids: Collection[str]) -> Mapping[str, str]:
    """The names of pads by their ids. One query."""
    found = Pad.objects.filter(pk__in=[UUID(each) for each in ids]).values_list("pk", "name")
    return {str(pad_id): name for pad_id, name in found}
