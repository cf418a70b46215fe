"""Steps in the transaction that ends a proposal, however it ends.

when_ended("runs", _close_run)  # in ready()
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from audit.models import Event
from drafts.models import Draft
from kernel.registry import Registry
from kernel.statements import run
from projects.writing import ProjectWrite
from proposals.models import Proposal


@dataclass(frozen=True, slots=True)
class EndedProposal:
    """A proposal that has just ended: its new state is in the row. `draft` is the version that an acceptance made."""

    write: ProjectWrite
    proposal: Proposal
    draft: Draft | None = None


EndStep = Callable[[EndedProposal], None]
_END: Final = (
    "UPDATE proposals_proposal SET state = %s, ended_at = %s, ended_by_id = %s, reason = %s, draft_id = %s"
    " WHERE id = %s"
)
END_STEPS: Final = Registry[EndStep]("step when a proposal ends")


def when_ended(name: str, step: EndStep) -> None:
    """Have a step run in the transaction that ends a proposal; if it raises, nothing is written."""
    END_STEPS.register(name, step)


def end(
    write: ProjectWrite, proposal: Proposal, event: Event, *, state: str, reason: str = "", draft: Draft | None = None
) -> None:
    """End a proposal with the values of its event, and run the steps."""
    proposal.state = state
    proposal.ended_at, proposal.ended_by_id = event.at, event.actor_id
    proposal.reason, proposal.draft = reason, draft
    run((_END, [state, proposal.ended_at, proposal.ended_by_id, reason, draft.id if draft else None, proposal.id]))
    for step in END_STEPS.values():
        step(EndedProposal(write, proposal, draft))
