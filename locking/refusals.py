"""The exceptions for a field that another session holds, with their details."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Person, User
from kernel.errors import LockHeld, StaleToken
from locking.models import Lease


def lock_held(lease: Lease, *, expires_at: datetime | None) -> LockHeld:
    """The exception with the holder, the start of the lock, and its expiry."""
    return lock_held_by(lease.user.person(), field=lease.field, since=lease.started_at, expires_at=expires_at)


def lock_held_by(holder: Person, *, field: str, since: datetime | str, expires_at: datetime | None) -> LockHeld:
    """The same of a holder who is known as events name them; `since` may be spelled as there."""
    return LockHeld(
        _("{name} is editing {field}.").format(name=holder["display_name"], field=field),
        field=field,
        holder=holder,
        since=since,
        expires_at=expires_at,
    )


def lock_taken(*, field: str, holder: User | None = None, expires_at: datetime | None = None) -> LockHeld:
    """The exception if no lease names the holder yet: the key was just set, or cannot be read."""
    who = holder.display_name if holder else _("Somebody")
    return LockHeld(
        _("{name} has just taken {field}. Try again.").format(name=who, field=field),
        field=field,
        holder=holder.person() if holder else None,
        since=None,
        expires_at=expires_at,
    )


def lock_has_ended(*, field: str) -> StaleToken:
    """The exception for a repeated request whose lock has ended since; it is not acquired again."""
    return StaleToken(_("The lock on {field} that this client_ref took has ended.").format(field=field), field=field)
