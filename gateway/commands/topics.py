"""Following topics other than the project of the socket."""

from __future__ import annotations

from typing import Any, Final

from gateway.parameters import OneTopic, TopicSince
from gateway.registry import Command, CommandContext, Lane, command


@command("topic.follow", Lane.ASYNC, only_reads=True)
async def follow(at: CommandContext, params: TopicSince) -> dict[str, Any]:
    position = await at.topics.follow(at.caller, params.topic, params.after)
    return {"seq": position.seq, "reset": position.reset}


@command("topic.leave", Lane.ASYNC, only_reads=True)
async def leave(at: CommandContext, params: OneTopic) -> dict[str, Any]:
    await at.topics.leave(params.topic)
    return {}


TOPIC_COMMANDS: Final[tuple[Command, ...]] = (follow, leave)
