"""The commands of the sample stage, for the project's socket."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.registry import Command, CommandContext, Lane, command
from tests.sample_stage.live import notes_topic, show_typing
from tests.sample_stage.services import add_note


class Text(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    text: str


class After(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    after: int = 0


@command("note.add", Lane.SERIALIZED)
def add(at: CommandContext, params: Text) -> dict[str, Any]:
    return {"id": add_note(caller=at.caller, project_id=at.project_id, text=params.text).id}


@command("note.type", Lane.INLINE, max_per_second=30)
def type_(at: CommandContext, params: Text) -> dict[str, Any]:
    show_typing(at.caller, at.project_id, params.text)
    return {}


@command("notes.watch", Lane.ASYNC, only_reads=True)
async def watch(at: CommandContext, params: After) -> dict[str, Any]:
    position = await at.topics.follow(at.caller, notes_topic(at.project_id), params.after)
    return {"number": position.seq}


COMMANDS: Final[tuple[Command, ...]] = (add, type_, watch)
