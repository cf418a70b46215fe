"""Making private proposals, and discarding them: neither leaves a trace in the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.callers import Caller, refuse_read_only
from audit.services import request_hash
from drafts.fingerprints import fingerprint
from drafts.models import Draft
from kernel.errors import ClientRefReused, Conflict
from kernel.names import check_name, check_remark
from kernel.transactions import write_transaction
from notifications.services import remove
from projects.access import get_project
from proposals.drift import items_of_round
from proposals.events import DRIFTED
from proposals.kinds import KINDS
from proposals.locked_rows import lock_proposal
from proposals.models import MAX_DESCRIPTION, MAX_TITLE, Change, Proposal, ProposalState, Round
from proposals.services.staging import check_size, lock_author, parse_changes, stage, with_contributors
from proposals.visibility import own_proposal, visible_proposal

# Of one person in one project; what a program makes for several people counts for each of them.
MAX_PRIVATE: Final = 100

# What a copy of a change keeps.
COPIED: Final = ("kind", "target", "base", "base_version", "value", "language", "size")


def create_proposal(
    *,
    caller: Caller,
    project_id: UUID,
    title: str,
    description: str = "",
    changes: Mapping[str, Any] | None = None,
    base_version: int | None = None,
    copy_of: UUID | None = None,
) -> Proposal:
    """Make a private proposal, with changes made from `base_version`, or with those of another proposal.

    `copy_of` may be any proposal of the project that the caller sees: to amend it, to take part of it, or to take it up
    again after its end. Its contributors are contributors of the copy. Raises `NotFound`, `PermissionDenied`,
    `ReadOnlyToken`, `ProjectFrozen`, `ValidationFailed`, `PayloadTooLarge`, `ClientRefReused`, `Conflict` for too many.
    """
    refuse_read_only(caller)
    parameters = {
        "project": str(project_id),
        "proposal": fingerprint([title, description]),
        "changes": fingerprint(changes or {}),
        "base_version": base_version,
        "copy_of": str(copy_of) if copy_of else None,
    }
    request = request_hash("proposal.stage", parameters)
    get_project(user=caller.user, project_id=project_id)
    with write_transaction():
        lock_author(caller.user.id)
        repeated = _repeated(caller, request)
        if repeated is not None:
            return repeated
        get_project(user=caller.user, project_id=project_id, action="proposal.stage")
        parsed = parse_changes(changes or {})
        source = visible_proposal(user=caller.user, proposal_id=copy_of)[0] if copy_of else None
        if source is not None and source.project_id != project_id:
            raise Conflict(_("A proposal is copied within its project only."))
        proposal = new_proposal(caller, project_id, title=title, description=description)
        proposal.client_ref, proposal.request = caller.client_ref, request if caller.client_ref else ""
        proposal.save(force_insert=True)
        if source is not None:
            copy_changes(source, proposal, is_own=source.is_of(caller.user))
        if parsed:
            stage(proposal, caller, base_version or 0, parsed, {}, staged=proposal.changes.all())
        return proposal


def new_proposal(caller: Caller, project_id: UUID, *, title: str, description: str = "") -> Proposal:
    """A private proposal of the caller, not stored yet. Raises `ValidationFailed`, `Conflict` for too many."""
    private = Proposal.objects.filter(
        author=caller.user, on_behalf_of=caller.on_behalf_of, project=project_id, state=ProposalState.PRIVATE
    )
    if private.count() >= MAX_PRIVATE:
        words = _("You have {most} private proposals in this project. Discard or submit one first.")
        raise Conflict(words.format(most=MAX_PRIVATE))
    return Proposal(
        project_id=project_id,
        author=caller.user,
        on_behalf_of_id=caller.on_behalf_of,
        title=check_name(title, name="title", maximum=MAX_TITLE),
        description=check_remark(description, name="description", maximum=MAX_DESCRIPTION, required=False),
        contributors=with_contributors([], caller.user.id, caller.on_behalf_of),
        updated_at=Now(),
    )


def copy_changes(source: Proposal, proposal: Proposal, *, is_own: bool) -> None:
    """Stage what another proposal changes: its working set for its own people, its newest round for others."""
    if is_own:
        copies = [Change(proposal=proposal, **staged) for staged in source.changes.values(*COPIED)]
    else:
        copies = _changes_of_round(Round.objects.filter(proposal=source).latest("number"), proposal)
    Change.objects.bulk_create(copies)
    proposal.contributors = with_contributors(
        [*source.contributors, *proposal.contributors], proposal.author_id, proposal.on_behalf_of_id
    )
    proposal.save(update_fields=["contributors"])
    check_size(proposal)


def discard_proposal(*, caller: Caller, proposal_id: UUID) -> None:
    """Delete a private proposal of the caller's own, with its texts. Raises `Conflict` once it was opened."""
    own_proposal(caller=caller, proposal_id=proposal_id, action="proposal.stage")
    with write_transaction():
        proposal = lock_proposal(proposal_id)
        if not proposal.is_private:
            raise Conflict(_("{proposal} was opened for review. Withdraw it instead.").format(proposal=proposal))
        remove(line=DRIFTED, project_id=proposal.project_id, facts={"proposal_id": str(proposal_id)})
        proposal.delete()


def _changes_of_round(round_: Round, proposal: Proposal) -> list[Change]:
    found = []
    # A round names its targets as they were called when it was submitted.
    earlier = Draft.objects.of_project(round_.project_id).filter(created_at__lte=round_.created_at)
    version = earlier.values_list("version_number", flat=True).first() or 0
    for item in items_of_round(round_):
        staged = KINDS[item.key.kind].staged(item.after)
        found.append(
            Change(
                proposal=proposal,
                kind=item.key.kind,
                target=item.key.target,
                base=item.base,
                base_version=version,
                value=staged.value,
                language=staged.language,
                size=staged.size,
            )
        )
    return found


def _repeated(caller: Caller, request: str) -> Proposal | None:
    if caller.client_ref is None:
        return None
    found = Proposal.objects.filter(author=caller.user, client_ref=caller.client_ref).first()
    if found is not None:
        if found.request != request:
            raise ClientRefReused(_("This client_ref was already used for another request. Make a new one."))
        found.repeated = True
    return found
