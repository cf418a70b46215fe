"""Commands that show the others where a person is and what they type; nothing of it is stored."""

from __future__ import annotations

from typing import Any, Final

from gateway.parameters import Cursor, Typing
from gateway.registry import Command, CommandContext, Lane, command
from presence.services import move_cursor, show_typing

# Enough to follow somebody's typing without a break, and a bound for what one writer makes everybody receive.
CHANGES_PER_SECOND: Final = 30

# The same in characters of its frames; one large piece of text may come at once.
SIZE_OF_CHANGES_PER_SECOND: Final = 256 * 1024


@command(
    "text.change",
    Lane.INLINE,
    needs_lock=True,
    max_per_second=CHANGES_PER_SECOND,
    max_size_per_second=SIZE_OF_CHANGES_PER_SECOND,
)
def change(at: CommandContext, params: Typing) -> dict[str, Any]:
    show_typing(
        project_id=at.project_id,
        session_id=at.session_id,
        person=at.caller.user.person(),
        field=params.field,
        token=params.token,
        revision=params.revision,
        changes=params.changes,
    )
    return {}


def _field_of_cursor(params: Cursor) -> str | None:
    return params.field


@command("cursor.move", Lane.INLINE, focus=_field_of_cursor, max_per_second=CHANGES_PER_SECOND, only_reads=True)
def move(at: CommandContext, params: Cursor) -> dict[str, Any]:
    move_cursor(
        project_id=at.project_id,
        session_id=at.session_id,
        person=at.caller.user.person(),
        field=params.field,
        anchor=params.anchor,
        head=params.head,
    )
    return {}


PRESENCE_COMMANDS: Final[tuple[Command, ...]] = (change, move)
