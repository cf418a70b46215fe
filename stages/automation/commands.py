"""The commands of scripts, for the project's socket: run one, and stop an execution."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from accounts.callers import Caller
from gateway.registry import Command, CommandContext, Lane, command
from kernel.ijson import parse
from kernel.late import Late

# Late, because they load the core of registers.
_run: Final = Late("stages.automation.live_writes:run")
_stop: Final = Late("stages.automation.live_writes:stop")

PER_SECOND: Final = 5
SIZE_PER_SECOND: Final = 1024 * 1024
# A value is this deep in a frame.
_DEPTH: Final = 8

Name = Annotated[str, msgspec.Meta(max_length=100)]


class RunScript(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A script, and what its settings ask for."""

    script_id: UUID
    args: dict[Name, msgspec.Raw] = msgspec.field(default_factory=dict)
    client_ref: UUID | None = None


class StopExecution(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    execution_id: UUID
    client_ref: UUID | None = None


@command("script.run", Lane.WRITE, max_per_second=PER_SECOND, max_size_per_second=SIZE_PER_SECOND)
def run_script(at: CommandContext, params: RunScript) -> dict[str, Any]:
    """Run a script; `script.completed` says when it has ended."""
    args = {name: parse(bytes(raw), name=f"args.{name}", max_depth=_DEPTH) for name, raw in params.args.items()}
    caller = _caller(at, params.client_ref)
    answer: dict[str, Any] = _run(caller=caller, project_id=at.project_id, script_id=params.script_id, args=args)
    return answer


@command("execution.stop", Lane.WRITE, max_per_second=PER_SECOND)
def stop_execution(at: CommandContext, params: StopExecution) -> dict[str, Any]:
    """Stop an execution; nothing of it is proposed."""
    caller = _caller(at, params.client_ref)
    answer: dict[str, Any] = _stop(caller=caller, project_id=at.project_id, execution_id=params.execution_id)
    return answer


def _caller(at: CommandContext, client_ref: UUID | None) -> Caller:
    return replace(at.caller, client_ref=client_ref)


COMMANDS: Final[tuple[Command, ...]] = (run_script, stop_execution)
