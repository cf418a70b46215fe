"""The commands of the socket. Each reads its parameters, calls exactly one service, and renders the answer.

Which thread a command runs on is said by its lane; what it may do is decided by the service it calls.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_type_hints
from uuid import UUID

import msgspec

from accounts.callers import Caller
from drafts.reading import body
from drafts.services import save_draft
from gateway.parameters import Cursor, Fields, KeptText, Nothing, OneField, Recipient, Save, Since, TakeOver, Typing
from gateway.readers import read_events
from gateway.watching import read_live_text
from kernel.ijson import MAX_DEPTH, parse
from locking.services import (
    Lock,
    acquire_lock,
    hand_over_lock,
    keep_lock,
    release_lock,
    renew_locks,
    request_lock,
    take_over_lock,
)
from locking.working_copies import put_working_copy
from presence.services import move_cursor, show_typing
from projects.access import get_project
from projects.fields import CONFIGURATION

Parameters = TypeVar("Parameters", bound=msgspec.Struct)

# Enough to follow somebody's typing without a break, and a bound for what one writer makes everybody receive.
CHANGES_PER_SECOND: Final = 30

# The same in characters of its frames; one large piece of text may come at once.
SIZE_OF_CHANGES_PER_SECOND: Final = 256 * 1024

# `changes` stands three levels deep in a frame; what it holds may be as deep as anywhere else.
_DEPTH_OF_FRAME: Final = 3


class Lane(enum.Enum):
    """Where a command runs: at once in the event loop, because it never waits, or in threads (`gateway.execution`)."""

    HERE = "here"
    READ = "read"
    WRITE = "write"
    IN_TURN = "in turn"


@dataclass(frozen=True, slots=True)
class Place:
    """From where a command comes: whose socket, of which session, in which project.

    `is_admitted` where the socket remembers that its person may write there now.
    """

    caller: Caller
    project_id: UUID
    session_id: UUID
    is_admitted: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One method.

    `focus` says whether the person goes to the field it names (True) or leaves it (False). With `needs_lock` the
    session must hold `field` by `token`; one that `refuses_held` is not tried for a `field` that somebody else is known
    to hold. More than `most_per_second`, or than `max_size_per_second` characters, are refused, one by one.
    """

    name: str
    lane: Lane
    parameters: type[msgspec.Struct]
    run: Callable[[Place, Any], Any]
    focus: bool | None = None
    needs_lock: bool = False
    refuses_held: bool = False
    most_per_second: int | None = None
    max_size_per_second: int | None = None


COMMANDS: Final[dict[str, Command]] = {}


def command(
    name: str,
    lane: Lane,
    *,
    focus: bool | None = None,
    needs_lock: bool = False,
    refuses_held: bool = False,
    most_per_second: int | None = None,
    max_size_per_second: int | None = None,
) -> Callable[[Callable[[Place, Parameters], Any]], Callable[[Place, Parameters], Any]]:
    """Register a function as a method; its second argument's type says what the method takes."""

    def register(run: Callable[[Place, Parameters], Any]) -> Callable[[Place, Parameters], Any]:
        parameters = get_type_hints(run)["params"]
        COMMANDS[name] = Command(
            name, lane, parameters, run, focus, needs_lock, refuses_held, most_per_second, max_size_per_second
        )
        return run

    return register


@command("lock.acquire", Lane.IN_TURN, focus=True, refuses_held=True)
def acquire(at: Place, params: OneField) -> dict[str, Any]:
    lock = acquire_lock(
        caller=at.caller,
        project_id=at.project_id,
        field=params.field,
        session_id=at.session_id,
        is_admitted=at.is_admitted,
    )
    return _lock(lock)


@command("lock.renew", Lane.READ)
def renew(at: Place, params: Fields) -> dict[str, Any]:
    renewal = renew_locks(caller=at.caller, project_id=at.project_id, session_id=at.session_id, fields=params.fields)
    return {"expires_at": renewal.expires_at, "lost": renewal.lost}


@command("lock.release", Lane.IN_TURN, focus=False)
def release(at: Place, params: OneField) -> dict[str, Any]:
    release_lock(caller=at.caller, project_id=at.project_id, session_id=at.session_id, field=params.field)
    return {}


@command("lock.request", Lane.READ)
def request(at: Place, params: OneField) -> dict[str, Any]:
    request_lock(caller=at.caller, project_id=at.project_id, session_id=at.session_id, field=params.field)
    return {}


@command("lock.keep", Lane.READ)
def keep(at: Place, params: Recipient) -> dict[str, Any]:
    keep_lock(caller=at.caller, project_id=at.project_id, session_id=at.session_id, field=params.field, to=params.to)
    return {}


@command("lock.hand_over", Lane.IN_TURN, focus=False)
def hand_over(at: Place, params: Recipient) -> dict[str, Any]:
    hand_over_lock(
        caller=at.caller, project_id=at.project_id, session_id=at.session_id, field=params.field, to=params.to
    )
    return {}


@command("lock.take_over", Lane.IN_TURN, focus=True)
def take_over(at: Place, params: TakeOver) -> dict[str, Any]:
    lock = take_over_lock(
        caller=at.caller,
        project_id=at.project_id,
        session_id=at.session_id,
        field=params.field,
        reason=params.reason,
    )
    return _lock(lock)


@command("draft.save", Lane.IN_TURN)
def save(at: Place, params: Save) -> dict[str, Any]:
    draft = save_draft(
        caller=dataclasses.replace(at.caller, client_ref=params.client_ref),
        project_id=at.project_id,
        session_id=at.session_id,
        base_version=params.base_version,
        changes={name: _change(name, raw) for name, raw in params.changes.items()},
        tokens=params.tokens,
        revisions=params.revisions,
        message=params.message,
        release_locks=params.release_locks,
    )
    return body(draft)


@command("working_copy.put", Lane.WRITE)
def put(at: Place, params: KeptText) -> dict[str, Any]:
    revision = put_working_copy(
        caller=at.caller,
        project_id=at.project_id,
        session_id=at.session_id,
        field=params.field,
        token=params.token,
        revision=params.revision,
        content=params.content,
    )
    return {"revision": revision}


@command("events.since", Lane.READ)
def events_since(at: Place, params: Since) -> dict[str, Any]:
    get_project(user=at.caller.user, project_id=at.project_id)
    return read_events(at.project_id, params.after)


@command(
    "text.change",
    Lane.HERE,
    needs_lock=True,
    most_per_second=CHANGES_PER_SECOND,
    max_size_per_second=SIZE_OF_CHANGES_PER_SECOND,
)
def change(at: Place, params: Typing) -> dict[str, Any]:
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


@command("text.get", Lane.READ)
def get_text(at: Place, params: OneField) -> dict[str, Any]:
    return read_live_text(user=at.caller.user, project_id=at.project_id, field=params.field)


@command("cursor.move", Lane.HERE, most_per_second=CHANGES_PER_SECOND)
def move(at: Place, params: Cursor) -> dict[str, Any]:
    move_cursor(
        project_id=at.project_id,
        session_id=at.session_id,
        person=at.caller.user.person(),
        field=params.field,
        anchor=params.anchor,
        head=params.head,
    )
    return {}


@command("ping", Lane.HERE)
def ping(at: Place, params: Nothing) -> dict[str, Any]:
    return {}


def _lock(lock: Lock) -> dict[str, Any]:
    return {
        "field": lock.field,
        "token": lock.token,
        "session_id": lock.session_id,
        "expires_at": lock.expires_at,
        "version": lock.version,
        "sha256": lock.sha256,
    }


def _change(name: str, raw: msgspec.Raw) -> Any:
    """One field's change, by the same strict JSON as REST's; a configuration given as an object keeps its spelling."""
    value = parse(bytes(raw), name=name, max_depth=MAX_DEPTH + _DEPTH_OF_FRAME)
    return raw if name == CONFIGURATION and isinstance(value, dict) else value
