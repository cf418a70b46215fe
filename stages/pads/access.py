"""Who may write in a pad: read in the transaction of a batch, for all its people at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller, refuse_read_only
from kernel.errors import Conflict, NotAuthenticated, NotFound, PermissionDenied
from kernel.statements import Rows, Statement
from projects.access import effective_role
from projects.models import Status
from projects.permissions import authorise
from stages.pads.errors import PadClosed

LOCK: Final = "SELECT 1 FROM pads_pad WHERE id = %s FOR NO KEY UPDATE"
_PAD: Final = """
SELECT pad.project_id, project.status, project.is_private, pad.closed_at, pad.head, pad.epoch, pad.log_hash,
    clock_timestamp()
FROM pads_pad AS pad JOIN projects_project AS project ON project.id = pad.project_id WHERE pad.id = %s
"""
_PEOPLE: Final = """
SELECT person.id, person.is_active, member.role FROM accounts_user AS person
LEFT JOIN projects_member AS member ON member.user_id = person.id
    AND member.project_id = (SELECT project_id FROM pads_pad WHERE id = %s)
WHERE person.id = ANY(%s)
"""
# A session is gone once its socket is, or where it never had one.
_WRITERS: Final = """
SELECT writer.number, writer.user_id, writer.session_id,
    session.id IS NULL OR session.disconnected_at IS NOT NULL OR session.connection = 0
FROM pads_writer AS writer LEFT JOIN locking_session AS session ON session.id = writer.session_id
WHERE writer.pad_id = %s AND (writer.number = ANY(%s) OR writer.session_id = ANY(%s))
"""


@dataclass(frozen=True, slots=True)
class LockedPad:
    """A pad's row as it is now that it is locked, and its project."""

    project_id: UUID
    status: Status
    is_private: bool
    closed_at: datetime | None
    head: int
    epoch: int
    log_hash: bytes
    now: datetime

    @classmethod
    def of(cls, rows: Rows) -> LockedPad:
        """Raises `NotFound`."""
        if not rows:
            raise NotFound(_("Pad not found."))
        project_id, status, is_private, closed_at, head, epoch, log_hash, now = rows[0]
        return cls(project_id, Status(status), is_private, closed_at, head, epoch, bytes(log_hash), now)


@dataclass(frozen=True, slots=True)
class PadWriter:
    """A writer's number with whose it is; `is_gone` once its session has no socket."""

    number: int
    user_id: UUID | None
    session_id: UUID | None
    is_gone: bool


class PadAccess:
    """What the people of a batch may do, and their numbers."""

    def __init__(self, pad: LockedPad, people: Rows, writers: Rows) -> None:
        self.pad = pad
        self._people = {user_id: (is_active, role) for user_id, is_active, role in people}
        found = [PadWriter(*row) for row in writers]
        self._by_number = {writer.number: writer for writer in found}
        self._by_session = {writer.session_id: writer for writer in found}

    def require_sight(self, caller: Caller) -> None:
        """Raise `NotAuthenticated` for a closed account, `NotFound` for who may not see the pad."""
        is_active, member_role = self._people.get(caller.user.id, (False, None))
        if not is_active:
            raise NotAuthenticated(_("This account is closed."))
        if effective_role(user=caller.user, member_role=member_role, is_private=self.pad.is_private) is None:
            raise NotFound(_("Pad not found."))

    def require_writing(self, caller: Caller) -> None:
        """Raise `PermissionDenied`, `ProjectFrozen`, `PadClosed` for who may not write now."""
        refuse_read_only(caller)
        _is_active, member_role = self._people[caller.user.id]
        role = effective_role(user=caller.user, member_role=member_role, is_private=self.pad.is_private)
        authorise(action="pad.write", role=role, status=self.pad.status, project_id=self.pad.project_id)
        if self.pad.closed_at is not None:
            raise PadClosed(_("The pad is closed. Reopen it to go on."))

    def writer_of(self, caller: Caller, number: int | None = None) -> PadWriter:
        """The number of the caller's session, or an earlier one of their account whose session is gone.

        Raises `Conflict` for a session that has not opened the pad, `PermissionDenied` for somebody else's number.
        """
        own = self._by_session.get(caller.session_id) if caller.session_id is not None else None
        writer = own if number is None else self._by_number.get(number)
        if writer is None and number is None:
            raise Conflict(_("This session has not opened the pad. Open it first."))
        if writer is None or writer.user_id != caller.user.id or (writer is not own and not writer.is_gone):
            raise PermissionDenied(_("This writer is not yours."), writer=number)
        return writer


def access_statements(
    pad_id: UUID, *, users: Collection[UUID], numbers: Sequence[int], sessions: Sequence[UUID]
) -> list[Statement]:
    """What `PadAccess` is made of: the pad, its people, their writers."""
    return [
        (_PAD, [pad_id]),
        (_PEOPLE, [pad_id, list(users)]),
        (_WRITERS, [pad_id, list(numbers), list(sessions)]),
    ]


def access_of(rows: Sequence[Any]) -> PadAccess:
    """From the rows of these statements. Raises `NotFound`."""
    pad, people, writers = rows
    return PadAccess(LockedPad.of(pad), people, writers)
