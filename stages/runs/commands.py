"""The commands of runs, for the project's socket."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec

from gateway.registry import Command, CommandContext, Lane, command
from stages.runs.console import run_topic


class Watched(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A run, and the number of the last line of its console that is there already."""

    run_id: UUID
    after: int = 0


class Unwatched(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    run_id: UUID


@command("run.watch", Lane.ASYNC, only_reads=True)
async def watch(at: CommandContext, params: Watched) -> dict[str, Any]:
    """Follow a run's console: `run.log` brings every line after `after`, and each new one. `number` is the newest."""
    position = await at.topics.follow(at.caller, run_topic(params.run_id), params.after)
    return {"number": position.seq}


@command("run.unwatch", Lane.ASYNC, only_reads=True)
async def unwatch(at: CommandContext, params: Unwatched) -> dict[str, Any]:
    """Follow it no more."""
    await at.topics.leave(run_topic(params.run_id))
    return {}


COMMANDS: Final[tuple[Command, ...]] = (watch, unwatch)
