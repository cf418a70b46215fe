"""Catching up with a project's events, and keeping a socket open."""

from __future__ import annotations

from typing import Any, Final

from gateway.parameters import Nothing, Since
from gateway.readers import read_events
from gateway.registry import Command, CommandContext, Lane, command
from projects.access import get_project


@command("events.since", Lane.READ, is_automatic=True, only_reads=True)
def events_since(at: CommandContext, params: Since) -> dict[str, Any]:
    get_project(user=at.caller.user, project_id=at.project_id)
    return read_events(at.project_id, params.after)


@command("ping", Lane.INLINE, is_automatic=True, only_reads=True)
def ping(at: CommandContext, params: Nothing) -> dict[str, Any]:
    return {}


EVENT_COMMANDS: Final[tuple[Command, ...]] = (events_since, ping)
