"""Giving a session its number in a pad."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from accounts.callers import Caller
from kernel.statements import run, run_together
from kernel.transactions import write_transaction
from locking.models import Session
from stages.pads.access import LOCK, PadAccess, access_of, access_statements

_NEXT: Final = "UPDATE pads_pad SET next_writer = next_writer + 1 WHERE id = %s RETURNING next_writer - 1"
_INSERT: Final = "INSERT INTO pads_writer (pad_id, number, session_id, user_id) VALUES (%s, %s, %s, %s)"
_FIND: Final = "SELECT number FROM pads_writer WHERE pad_id = %s AND session_id = %s AND user_id = %s"
_FIND_WITHOUT: Final = "SELECT number FROM pads_writer WHERE pad_id = %s AND session_id IS NULL AND user_id = %s"


def open_writer(*, caller: Caller, pad_id: UUID) -> int:
    """The number of the caller's session in a pad, the same each time; of their account where they have no session.

    Raises `NotFound`, `PermissionDenied` (also for somebody else's session), `ProjectFrozen`, `PadClosed`.
    """
    with write_transaction():
        access = lock_for(caller, pad_id)
        access.require_writing(caller)
        if caller.session_id is not None:
            project_id = access.pad.project_id
            Session.objects.require_own(user=caller.user, project_id=project_id, session_id=caller.session_id)
        return number_of(caller, pad_id)


def lock_for(caller: Caller, pad_id: UUID) -> PadAccess:
    """Lock a pad's row; what its caller may do. Raises `NotFound`, `NotAuthenticated`."""
    sessions = [caller.session_id] if caller.session_id is not None else []
    statements = access_statements(pad_id, users=[caller.user.id], numbers=[], sessions=sessions)
    _locked, *rows = run_together([(LOCK, [pad_id]), *statements])
    access = access_of(rows)
    access.require_sight(caller)
    return access


def number_of(caller: Caller, pad_id: UUID) -> int:
    """The number of a caller whose right was checked; the pad's row is locked."""
    if caller.session_id is None:
        found = run((_FIND_WITHOUT, [pad_id, caller.user.id]))
    else:
        found = run((_FIND, [pad_id, caller.session_id, caller.user.id]))
    if found:
        number: int = found[0][0]
        return number
    number = run((_NEXT, [pad_id]))[0][0]
    run((_INSERT, [pad_id, number, caller.session_id, caller.user.id]))
    return number
