"""How people read of versions that were promoted from a pad, and what follows in the transaction that writes one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple, Self
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.event_types import Facts
from drafts.new_versions import NewVersion
from drafts.origins import OriginPage, OriginType
from kernel.late import Late
from stages.pads.models import Pad
from stages.pads.ranges import Range

ORIGIN: Final = "pad"

_PROPOSED: Final = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([0-9]+):(?:all|([0-9]+)-([0-9]+))")

# Late, because it loads the library of shared documents.
_follow: Final = Late("stages.pads.services.promoting:follow_promotion")
_follow_proposal: Final = Late("stages.pads.services.proposing:follow_acceptance")


def follow(version: NewVersion) -> None:
    """What follows where a version was promoted from a pad, or its proposal was made from one."""
    kind = (version.draft.origin or {}).get("type")
    if kind == ORIGIN:
        _follow(version)
    elif kind == "proposal":
        _follow_proposal(version)


class Proposed(NamedTuple):
    """What a proposal was made from."""

    pad_id: UUID
    revision: int
    part: Range | None

    def as_origin(self) -> tuple[str, str]:
        """Its type and id, as the proposal keeps them."""
        return ORIGIN, f"{self.pad_id}:{self.revision}:{self.part or 'all'}"

    @classmethod
    def of(cls, origin_id: str) -> Self | None:
        """What the id of an origin names; None for anything that `as_origin` never writes."""
        found = _PROPOSED.fullmatch(origin_id)
        if found is None:
            return None
        pad_id, revision, start, end = found.groups()
        return cls(UUID(pad_id), int(revision), None if start is None else Range(int(start), int(end)))


def _source(facts: Facts) -> str:
    return str(facts["name"])


def _pages(ids: Collection[str]) -> Mapping[str, OriginPage]:
    return {str(pad.id): OriginPage(pad.name, pad_page(pad)) for pad in Pad.objects.filter(id__in=ids)}


def pad_page(pad: Pad) -> str:
    """The page of a pad."""
    return reverse("pads:pad", args=[pad.project_id, pad.id])


PAD: Final = OriginType(
    made=_("Promoted from {source} by {name}"),
    sentence=_("{name} promoted {thing}"),
    thing=_("{source} as v{version}, {written}: {fields}"),
    words=_("v{version}, promoted from {source}, {written}: {fields}"),
    source_of=_source,
    pages=_pages,
)
