"""The refusals of a field that somebody else holds, with their facts."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Person, User
from kernel.errors import LockHeld, StaleToken
from locking.models import Lease


def lock_held(lease: Lease, *, expires_at: datetime | None) -> LockHeld:
    """The refusal that names the holder, since when, and when the lock would run out."""
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
    """The refusal while the journal does not know the holder: taken a moment ago, or not readable."""
    who = holder.display_name if holder else _("Somebody")
    return LockHeld(
        _("{name} has just taken {field}. Try again.").format(name=who, field=field),
        field=field,
        holder=holder.person() if holder else None,
        since=None,
        expires_at=expires_at,
    )


def lock_has_ended(*, field: str) -> StaleToken:
    """The refusal of a repeat: what it took the first time is given back or lost, and is not taken again for it."""
    return StaleToken(_("The lock on {field} that this client_ref took has ended.").format(field=field), field=field)
