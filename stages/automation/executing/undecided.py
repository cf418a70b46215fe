"""What still waits for a decision in the open proposal of a script that runs on change.

The script sees it as staged: it goes on from there, changes it or takes it back, and proposes all of it together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from projects.fields import CONFIGURATION, PROMPT
from proposals.drift import contents_now, items_of_changes, staged_of
from proposals.kinds import DEFAULT_KIND
from proposals.models import Change, Proposal, ProposalState, Round

ORIGIN: Final = "script"


@dataclass(frozen=True, slots=True)
class Undecided:
    """The changes of an open proposal, as `propose` takes them; without those whose target has changed since.

    `round` is the newest one then, `gone` how many changes are left out.
    """

    proposal_id: UUID | None = None
    round: int = 0
    changes: Mapping[str, Any] = field(default_factory=dict)
    gone: int = 0

    @property
    def of(self) -> tuple[UUID | None, int]:
        """What says whether the proposal is still the same."""
        return self.proposal_id, self.round


def open_proposal(project_id: UUID, script: UUID) -> Proposal | None:
    """The open proposal of a script, unless a person has changed it: then it is that person's."""
    found = Proposal.objects.filter(
        project=project_id, origin_type=ORIGIN, origin_id=str(script), state=ProposalState.OPEN, touched=False
    )
    return found.order_by("-id").first()


def undecided_of(project_id: UUID, script: UUID) -> Undecided:
    """What waits for a decision now."""
    proposal = open_proposal(project_id, script)
    if proposal is None:
        return Undecided()
    listed = list(Change.objects.filter(proposal=proposal))
    items = items_of_changes(listed)
    now = contents_now(project_id, [each.now_key for each in items])
    left = {
        each.change_id for each in items if not each.has_moved(now[each.now_key]) and now[each.now_key] != each.after
    }
    kept = {_name(each): _value(each) for each in listed if each.id in left}
    return Undecided(proposal.id, newest_round(proposal.id), kept, len(listed) - len(kept))


def newest_round(proposal_id: UUID) -> int:
    return Round.objects.filter(proposal=proposal_id).order_by("-number").values_list("number", flat=True).first() or 0


def is_the_same(project_id: UUID, script: UUID, undecided: Undecided) -> bool:
    """Whether nobody has decided about the proposal, or changed it, since it was read."""
    found = open_proposal(project_id, script)
    return undecided.of == ((found.id, newest_round(found.id)) if found is not None else (None, 0))


def _name(change: Change) -> str:
    return change.target if change.kind == DEFAULT_KIND else f"{change.kind}:{change.target}"


def _value(change: Change) -> Any:
    staged = staged_of(change)
    if change.kind != DEFAULT_KIND or staged.value is None or change.target in (PROMPT, CONFIGURATION):
        return staged.value
    return {"content": staged.value, "language": staged.language}
