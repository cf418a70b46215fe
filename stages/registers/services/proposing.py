"""An overlay becomes a proposal, which others review."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from kernel.errors import Drifted
from kernel.transactions import write_transaction
from proposals.models import Proposal
from proposals.services import create_proposal
from stages.registers.fold.effects import Field
from stages.registers.overlays.drift import drifts_of
from stages.registers.overlays.views import payloads_of, view_of
from stages.registers.proposing.targets import NAME, staged_changes
from stages.registers.services.overlays import lock_own
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage


def propose_overlay(*, caller: Caller, project_id: UUID, overlay_id: UUID, title: str = "") -> Proposal:
    """Make a private proposal of what is staged in an overlay, and end the overlay.

    Raises `Drifted` where somebody has changed since what is staged: that is decided by committing, or by staging
    again. Raises what `create_proposal` raises, and `Conflict` for more changes than a proposal holds.
    """
    with write_transaction():
        overlay = lock_own(caller, project_id, overlay_id)
        staged = payloads_of(overlay)
        increment = StoredIncrement(PostgresStorage(project_id))
        if drifts := drifts_of(increment, staged, overlay.bases):
            words = _("Somebody has changed what is staged. Decide about it first.")
            raise Drifted(words, overlay_id=str(overlay.id), fields=[each.body() for each in drifts])
        storage = view_of(caller, project_id, staged).increment.storage

        def text_of(field: Field) -> str:
            document = storage.documents.get(field)
            return document.text if document else ""

        changes = {f"{NAME}:{change.target}": change.value for change in staged_changes(staged, text_of)}
        proposal = create_proposal(
            caller=caller, project_id=project_id, title=title or overlay.name, changes=changes, base_version=0
        )
        overlay.delete()
    return proposal
