"""Settling drift: what to do with a change whose target was changed by somebody else since."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from drafts.models import Draft
from kernel.errors import Drifted, ValidationFailed
from kernel.transactions import write_transaction
from proposals.drift import contents_now, item_of_change, sides_of, texts_of
from proposals.kinds import KINDS, Content, Key, read_key
from proposals.models import Change, Proposal
from proposals.services.facts import load_proposal
from proposals.services.staging import mark_touched, staged_change
from proposals.visibility import lock_proposal, own_proposal, refuse_ended

MINE: Final = "mine"
CURRENT: Final = "current"
MERGE: Final = "merge"
WAYS: Final = (MINE, CURRENT, MERGE)


def resolve_drift(*, caller: Caller, proposal_id: UUID, target: str, how: str) -> Proposal:
    """Settle one target of a proposal of the caller's own, as it is now.

    `mine` keeps the staged value and makes it a change of what is there now; `current` drops the change; `merge` joins
    both by lines. Raises `NotFound`, `PermissionDenied`, `ProjectFrozen`, `ValidationFailed`, `Conflict` after the end,
    and `Drifted` with the `parts` where both changed the same lines; the staged text is then unchanged.
    """
    if how not in WAYS:
        raise ValidationFailed({"how": [_("Must be one of {values}.").format(values=", ".join(WAYS))]})
    project_id = own_proposal(user=caller.user, proposal_id=proposal_id, action="proposal.stage").project_id
    with write_transaction():
        proposal = lock_proposal(proposal_id)
        refuse_ended(proposal)
        key = read_key(target)
        change = staged_change(proposal, key)
        # One version for the content and for its number, whatever is saved meanwhile.
        version = Draft.objects.of_project(project_id).values_list("version_number", flat=True).first() or 0
        now = contents_now(project_id, [key], version)[key]
        if how == CURRENT:
            change.delete()
        else:
            if how == MERGE:
                _merge(change, key, now)
            change.base, change.base_version = now, version
            change.revision += 1
            change.save()
        mark_touched(proposal, caller)
    return load_proposal(proposal_id)


def _merge(change: Change, key: Key, now: Content) -> None:
    item = item_of_change(change)
    merge = item.merge(now, texts_of(sides_of([item], {key: now})))
    text = merge.text if merge else None
    if text is None:
        parts = [part.as_data() for part in merge.parts] if merge else []
        raise Drifted(
            _("{target} takes a choice: both changed the same lines.").format(target=KINDS[key.kind].label(key.target)),
            targets={key.name: item.hashes(now)},
            parts=parts,
        )
    change.value, change.size = text, len(text.encode())
