"""Commands about proposals."""

from __future__ import annotations

from typing import Any, Final

from gateway.commands.values import strict_value
from gateway.parameters import StagedValue
from gateway.registry import Command, CommandContext, Lane, command
from proposals.services import stage_changes


@command("proposal.stage", Lane.WRITE)
def stage(at: CommandContext, params: StagedValue) -> dict[str, Any]:
    revisions = stage_changes(
        caller=at.caller,
        project_id=at.project_id,
        proposal_id=params.proposal_id,
        base_version=params.base_version,
        changes={params.target: strict_value(params.target, params.value)},
        revisions={params.target: params.revision},
    )
    return {"revision": next(iter(revisions.values()))}


PROPOSAL_COMMANDS: Final[tuple[Command, ...]] = (stage,)
