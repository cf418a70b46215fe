"""Why bundles were written, where their people said so."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from audit.models import Event
from stages.registers.events import CHANGED


def reasons_of(project_id: UUID, bundles: Iterable[str]) -> dict[str, str]:
    """The reasons that were given for bundles, by their ids."""
    events = Event.objects.of_project(project_id).filter(
        action=CHANGED, target_type="register_bundle", target_id__in=list(bundles)
    )
    return {each.target_id: reason for each in events if isinstance(reason := each.record.get("reason"), str)}
