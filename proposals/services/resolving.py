"""Settling drift: what to do with a change whose target was changed by somebody else since."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from drafts.compare.admission import admitted
from drafts.models import Draft
from kernel.errors import Drifted, ValidationFailed
from kernel.transactions import write_transaction
from proposals.drift import Item, contents_now, hash_of, item_of_change, items_of_changes, sides_of, sizes_of, texts_of
from proposals.kinds import KINDS, Content, Key, read_key
from proposals.locked_rows import lock_proposal
from proposals.models import Change, Proposal
from proposals.renaming import follow_in_working_set, follow_renames, take_along, take_language
from proposals.services.facts import load_proposal
from proposals.services.staging import check_size, lock_author, mark_touched, staged_change
from proposals.visibility import own_proposal, refuse_ended

MINE: Final = "mine"
CURRENT: Final = "current"
MERGE: Final = "merge"
WAYS: Final = (MINE, CURRENT, MERGE)


def resolve_drift(*, caller: Caller, proposal_id: UUID, target: str, how: str) -> Proposal:
    """Settle one target of a proposal of the caller's own, as it is now.

    `mine` keeps the staged value and makes it a change of what is there now; `current` drops the change; `merge` joins
    both by lines. A change of a file that was renamed since has its new name afterwards. Raises `NotFound`,
    `PermissionDenied`, `ProjectFrozen`, `ValidationFailed`, `RateLimited` while other large texts are compared,
    `Conflict` after the end, for too many bytes, or where the proposal changes the new name, too, and `Drifted` with
    the `parts` where both changed the same lines; the staged text is then unchanged.
    """
    if how not in WAYS:
        raise ValidationFailed({"how": [_("Must be one of {values}.").format(values=", ".join(WAYS))]})
    found = own_proposal(caller=caller, proposal_id=proposal_id, action="proposal.stage")
    project_id = found.project_id
    with admitted(caller.user.id, _size(found, read_key(target)) if how == MERGE else 0), write_transaction():
        lock_author(found.author_id)
        proposal = lock_proposal(proposal_id)
        refuse_ended(proposal)
        key = read_key(target)
        change = staged_change(proposal, key)
        # One version for the content and for its number, whatever is saved meanwhile.
        version = Draft.objects.of_project(project_id).values_list("version_number", flat=True).first() or 0
        (item,) = follow_renames(project_id, [item_of_change(change)], version=version)
        now = contents_now(project_id, [item.now_key], version)[item.now_key]
        if how == CURRENT:
            change.delete()
        else:
            change = _away_from_names_wanted(proposal, change, item, version)
            if how == MERGE:
                _merge(change, item, now)
            take_along(change, item, now, version)
            change.base, change.base_version = now, version
            change.revision += 1
            change.save()
            if how == MERGE:
                check_size(proposal)
        mark_touched(proposal, caller)
    return load_proposal(proposal_id)


def _size(proposal: Proposal, key: Key) -> int:
    """The bytes of the three texts that a merge reads, a moment before it locks anything."""
    change = Change.objects.filter(proposal=proposal, kind=key.kind, target=key.target).first()
    if change is None:
        return 0
    (item,) = follow_renames(proposal.project_id, [item_of_change(change)])
    now = contents_now(proposal.project_id, [item.now_key])[item.now_key]
    return change.size + sum(sizes_of([change.base, now]).values())


def _away_from_names_wanted(proposal: Proposal, change: Change, item: Item, version: int) -> Change:
    """The change, after another one that has the name which its file has now has followed its own file."""
    if item.renamed is None:
        return change
    changes = list(Change.objects.filter(proposal=proposal))
    items = follow_renames(proposal.project_id, items_of_changes(changes), version=version)
    if not any(each.key == item.now_key and each.renamed is not None for each in items):
        return change
    left = follow_in_working_set(proposal.project_id, changes, version=version)
    return next(each for each in left if each.id == change.id)


def _merge(change: Change, item: Item, now: Content) -> None:
    if hash_of(now) == hash_of(item.base):
        # Only its name or its language has changed.
        take_language(change, now)
        return
    merge = item.merge(now, texts_of(sides_of([item], {item.now_key: now})))
    text = merge.text if merge else None
    if text is None:
        parts = [part.as_data() for part in merge.parts] if merge else []
        label = KINDS[item.key.kind].label(item.key.target)
        raise Drifted(
            _("{target} needs a choice: both sides changed the same lines.").format(target=label),
            targets={item.key.name: item.hashes(now)},
            parts=parts,
        )
    change.value, change.size = text, len(text.encode())
    take_language(change, now)
