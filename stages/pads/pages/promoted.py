"""What of pads became versions, as the list of pads shows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LastPromotion:
    """The newest version that has text of a pad."""

    version: int
    at: datetime


def last_promotions(project_id: UUID, pad_ids: Collection[UUID]) -> Mapping[UUID, LastPromotion]:
    """The newest version with text of each pad; those that were never promoted are missing."""
    return {}
