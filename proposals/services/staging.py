"""Staging changes: private until they are submitted, so without an event. Only the proposal's row is locked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import Sum
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import Kind as AccountKind
from drafts.models import Draft
from kernel.errors import Conflict, NotFound, StaleBase, ValidationFailed
from kernel.transactions import write_transaction
from proposals.drift import contents_now, staged_of
from proposals.kinds import KINDS, Key, Staged, read_key
from proposals.models import UNENDED, Change, Proposal
from proposals.visibility import lock_proposal, own_proposal, refuse_ended

MAX_CHANGES: Final = 500
# Of one person in one project, over all proposals that have not ended.
MAX_STAGED_BYTES: Final = 64 * 1024 * 1024


def stage_changes(
    *,
    caller: Caller,
    proposal_id: UUID,
    base_version: int,
    changes: Mapping[str, Any],
    revisions: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Keep new values in a proposal of the caller's own; return the revision of each target that was named.

    `base_version` is the version that the texts of targets not staged before were made from. A target that is staged
    already is replaced only if `revisions` has its stored revision, so that another tab's text is never overwritten;
    its base stays. Raises `NotFound`, `PermissionDenied`, `ProjectFrozen`, `ValidationFailed`, `PayloadTooLarge`,
    `StaleBase` with both texts, and `Conflict` after the end or for too many changes or bytes.
    """
    parsed = parse_changes(changes)
    own_proposal(user=caller.user, proposal_id=proposal_id, action="proposal.stage")
    with write_transaction():
        proposal = lock_proposal(proposal_id)
        refuse_ended(proposal)
        return stage(proposal, caller, base_version, parsed, revisions or {})


def unstage_change(*, caller: Caller, proposal_id: UUID, target: str) -> None:
    """Drop one change of a proposal of the caller's own. Raises `NotFound` also where nothing is staged for it."""
    own_proposal(user=caller.user, proposal_id=proposal_id, action="proposal.stage")
    with write_transaction():
        proposal = lock_proposal(proposal_id)
        refuse_ended(proposal)
        staged_change(proposal, read_key(target)).delete()
        mark_touched(proposal, caller)


def staged_change(proposal: Proposal, key: Key) -> Change:
    """The change of one target. Raises `NotFound`."""
    change = Change.objects.filter(proposal=proposal, kind=key.kind, target=key.target).first()
    if change is None:
        raise NotFound(_("Nothing is staged for {target}.").format(target=key.name))
    return change


def parse_changes(changes: Mapping[str, Any]) -> dict[Key, Staged]:
    """The staged form of what a client sent, by target. Raises `ValidationFailed`, `PayloadTooLarge`."""
    if len(changes) > MAX_CHANGES:
        raise Conflict(_("A proposal holds at most {most} changes.").format(most=MAX_CHANGES))
    keys = {name: read_key(name) for name in changes}
    if len(set(keys.values())) < len(keys):
        raise ValidationFailed({"changes": [_("Two of the names stand for the same target.")]})
    return {key: KINDS[key.kind].parse(key.target, changes[name]) for name, key in keys.items()}


def stage(
    proposal: Proposal, caller: Caller, base_version: int, parsed: Mapping[Key, Staged], revisions: Mapping[str, int]
) -> dict[str, int]:
    """As `stage_changes`, of a proposal whose row is locked."""
    before = {Key(change.kind, change.target): change for change in Change.objects.filter(proposal=proposal)}
    wanted = {key: staged for key, staged in parsed.items() if key not in before or staged != staged_of(before[key])}
    _check_revisions(before, wanted, revisions)
    new = [key for key in wanted if key not in before]
    if len(before) + len(new) > MAX_CHANGES:
        raise Conflict(_("A proposal holds at most {most} changes.").format(most=MAX_CHANGES))
    _check_base_version(proposal.project_id, base_version)
    bases = contents_now(proposal.project_id, new, base_version)
    for key, staged in wanted.items():
        change = before.get(key) or Change(
            proposal=proposal, kind=key.kind, target=key.target, base=bases[key], base_version=base_version, revision=0
        )
        change.value, change.language, change.size = staged
        change.revision += 1
        change.save()
        before[key] = change
    if wanted:
        check_size(proposal)
        mark_touched(proposal, caller)
    return {key.name: before[key].revision for key in parsed}


def mark_touched(proposal: Proposal, caller: Caller) -> None:
    """Note that the caller has written in a proposal: they and whom they act for are contributors from now on."""
    proposal.contributors = with_contributors(proposal.contributors, caller.user.id, caller.on_behalf_of)
    proposal.touched = proposal.touched or caller.user.kind == AccountKind.HUMAN
    proposal.updated_at = Now()
    proposal.save(update_fields=["contributors", "touched", "updated_at"])


def with_contributors(contributors: list[dict[str, Any]], *people: UUID | None) -> list[dict[str, Any]]:
    """A list of contributors with some more, sorted by id."""
    found = {each["id"]: each for each in contributors}
    for person in people:
        if person is not None:
            found.setdefault(str(person), {"id": str(person), "characters": None})
    return [found[identity] for identity in sorted(found)]


def check_size(proposal: Proposal) -> None:
    """Raise `Conflict` if the author has staged more in the project than may be kept."""
    of_author = Change.objects.filter(
        proposal__project=proposal.project_id, proposal__author=proposal.author_id, proposal__state__in=UNENDED
    )
    if (of_author.aggregate(bytes=Sum("size"))["bytes"] or 0) > MAX_STAGED_BYTES:
        words = _("Your proposals in this project hold more than {most} MiB. Discard or submit one first.")
        raise Conflict(words.format(most=MAX_STAGED_BYTES // 1024**2))


def _check_revisions(before: Mapping[Key, Change], wanted: Mapping[Key, Staged], revisions: Mapping[str, int]) -> None:
    stale = [key for key in wanted if revisions.get(key.name, 0) != (before[key].revision if key in before else 0)]
    if stale:
        raise StaleBase(
            _("{field} was changed in another window.").format(field=KINDS[stale[0].kind].label(stale[0].target)),
            fields={
                key.name: {
                    "theirs": before[key].value if key in before else None,
                    "yours": wanted[key].value,
                    "revision": before[key].revision if key in before else 0,
                }
                for key in stale
            },
        )


def _check_base_version(project_id: UUID, base_version: int) -> None:
    newest = Draft.objects.of_project(project_id).values_list("version_number", flat=True).first() or 0
    if not 0 <= base_version <= newest:
        problem = _("Must be between 0 and {newest}, the current version.").format(newest=newest)
        raise ValidationFailed({"base_version": [problem]})
