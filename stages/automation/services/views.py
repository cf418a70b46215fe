"""Foreign views: switched on by owners in exactly one text, and what they propose for the person who looks at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller, refuse_read_only
from accounts.models import User
from kernel.errors import Conflict, ValidationFailed
from kernel.names import check_reason
from kernel.transactions import write_transaction
from projects.access import get_project
from projects.models import Project
from projects.writing import project_write
from proposals.models import Change, Proposal, ProposalState
from proposals.services.creating import discard_proposal
from proposals.services.proposing import propose
from proposals.services.staging import lock_author
from stages.automation.choices import Kind
from stages.automation.executing.grants import Grants
from stages.automation.foreign.proposing import MAX_CHANGES, plan_changes
from stages.automation.foreign.views import find_view, switched_view, view_id
from stages.automation.permissions import SWITCH_VIEW
from stages.automation.services.switching import set_switch

ORIGIN: Final = "view"


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a view has staged: its proposal, how many changes that holds now, and the ids of what each change made.

    `proposal` is None where nothing differs from what is there.
    """

    proposal: Proposal | None
    count: int
    made: list[str | None]


def switch_view(
    *,
    caller: Caller,
    project_id: UUID,
    module: str,
    name: str,
    sha256: str,
    is_on: bool,
    grants: Mapping[str, Sequence[str]] | None = None,
    reason: str = "",
) -> None:
    """Switch a view on, with what it may read and propose, in the text of this hash, or off. Owners only.

    Raises `NotFound`, `Conflict` where the text is another one than the owner was shown, `ValidationFailed` for what
    the view does not ask for.
    """
    given = {member: list(each) for member, each in (grants or {}).items()}
    words = check_reason(reason) if reason else None
    parameters = {"view": f"{module}/{name}", "sha256": sha256, "is_on": is_on, "grants": given, "reason": reason}
    with project_write(caller=caller, project_id=project_id, action=SWITCH_VIEW, parameters=parameters) as write:
        if write.repeat_of is not None:
            return
        view = find_view(project_id, caller.user, module, name)
        if view.sha256 != sha256:
            raise Conflict(_("The text has changed since. Read it again."), sha256=view.sha256)
        if is_on and view.in_conflict:
            raise Conflict(_("Two sites have adopted different versions of the module. Adopt one again first."))
        granted = _granted(view.asks, given).to_json() if is_on else {}
        set_switch(
            write,
            kind=Kind.VIEW,
            record=view.id,
            name=view.full_name,
            sha256=sha256,
            is_on=is_on,
            grants=granted,
            reason=words,
        )


def propose_by_view(
    *,
    caller: Caller,
    project_id: UUID,
    module: str,
    name: str,
    sha256: str,
    changes: Sequence[Mapping[str, Any]],
) -> Proposed:
    """Stage what a view asks for in its private proposal of the caller's, beside what it has staged there already.

    Raises `ViewOff`, `NotGranted`, `ValidationFailed` with the path of a change that does not fit; nothing of it is
    staged then. Raises what `propose` raises.
    """
    refuse_read_only(caller)
    get_project(user=caller.user, project_id=project_id, action="proposal.stage")
    if not 1 <= len(changes) <= MAX_CHANGES:
        raise ValidationFailed({"changes": [_("1 to {most} changes at once.").format(most=MAX_CHANGES)]})
    view, grants = switched_view(project_id, caller.user, module, name, sha256)
    with write_transaction():
        # Two tabs of one person wait for each other: neither forgets what the other has staged.
        lock_author(caller.user.id)
        draft = Project.objects.select_related("current_draft").get(pk=project_id).current_draft
        earlier = staged_by_view(caller.user, project_id, module, name)
        planned = plan_changes(
            caller=caller,
            project_id=project_id,
            seed=uuid7(),
            grants=grants,
            draft=draft,
            earlier=earlier,
            changes=changes,
        )
        if not planned.changes:
            if earlier is not None:
                discard_proposal(caller=caller, proposal_id=earlier.id)
            return Proposed(None, 0, planned.made)
        proposal = propose(
            caller=caller,
            project_id=project_id,
            origin=(ORIGIN, view.id),
            title=view.label,
            changes=planned.changes,
            base_version=draft.version_number if draft is not None else 0,
        )
    return Proposed(proposal, Change.objects.filter(proposal=proposal).count(), planned.made)


def staged_by_view(user: User, project_id: UUID, module: str, name: str) -> Proposal | None:
    """The private proposal in which a view stages for somebody."""
    found = Proposal.objects.filter(
        project=project_id,
        author=user,
        origin_type=ORIGIN,
        origin_id=view_id(project_id, module, name),
        state=ProposalState.PRIVATE,
        touched=False,
    )
    return found.first()


def _granted(asks: Grants, given: Mapping[str, Sequence[str]]) -> Grants:
    """The grants of an owner, each of which the view asks for. Raises `ValidationFailed`."""
    asked = asks.to_json()
    for member, listed in given.items():
        for text in listed:
            if text not in asked.get(member, ()):
                words = _("The view does not ask for “{text}”.").format(text=str(text)[:100])
                raise ValidationFailed({f"grants.{member[:100]}": [words]})
    return Grants.of(given)
