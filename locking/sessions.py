"""Sessions: issued by the server, bound to a user and a credential, resumed by a secret that changes each time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Now

from accounts.callers import Caller
from kernel.errors import Unavailable
from kernel.transactions import unavailable_on_timeout, write_transaction
from locking import redis_locks
from locking.leases import lock_grace, lock_ttl
from locking.models import EndReason, Lease, Session
from locking.services import release_session_locks
from projects.access import get_project


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """The session data for its client. `connection` is 0 for a session without a socket."""

    session_id: UUID
    resume_secret: str
    connection: int


def open_session(*, caller: Caller, project_id: UUID, connected: bool = True) -> OpenedSession:
    """Open a session in a project that the caller may read; `connected` if it has a socket."""
    with unavailable_on_timeout():
        get_project(user=caller.user, project_id=project_id)
        secret = secrets.token_urlsafe(32)
        session = Session.objects.create(
            project_id=project_id,
            user=caller.user,
            credential=caller.credential,
            connection=int(connected),
            resume_digest=_digest(secret),
        )
    return OpenedSession(session.id, secret, session.connection)


def resume_session(*, caller: Caller, project_id: UUID, session_id: UUID, resume_secret: str) -> OpenedSession:
    """Resume a session and its locks, with a new secret and the next connection number.

    If the secret does not match (used before, of another session or credential), a new session is opened instead. So a
    copied address can neither take over nor disturb a session.
    """
    secret = secrets.token_urlsafe(32)
    with write_transaction():
        session = (
            Session.objects.select_for_update(no_key=True)
            .filter(pk=session_id, project_id=project_id, user=caller.user, credential=caller.credential)
            .first()
        )
        fits = session is not None and hmac.compare_digest(session.resume_digest, _digest(resume_secret))
        if session is not None and fits:
            session.connection += 1
            session.resume_digest = _digest(secret)
            session.disconnected_at = None
            session.save(update_fields=["connection", "resume_digest", "disconnected_at"])
    if session is None or not fits:
        return open_session(caller=caller, project_id=project_id)
    held = list(Lease.objects.open().filter(session_id=session_id))
    _set_lifetime(held, ttl=lock_ttl(), connection=session.connection)
    return OpenedSession(session.id, secret, session.connection)


def close_connection(*, caller: Caller, session_id: UUID, connection: int, clean: bool) -> None:
    """Record that a socket has closed. If `clean`, the session's locks end at once, otherwise after a grace period.

    Ignored unless it is the session's current connection, so that a late disconnect does not affect a resumed session.
    """
    with write_transaction():
        current = Session.objects.filter(pk=session_id, connection=connection)
        if not current.update(disconnected_at=Now()):
            return
        # The session's row is locked, so locks acquired after it was resumed are not included.
        held = list(Lease.objects.open().filter(session_id=session_id))
    if clean:
        for project_id in {lease.project_id for lease in held}:
            release_session_locks(
                caller=caller,
                project_id=project_id,
                session_id=session_id,
                connection=connection,
                why=EndReason.DISCONNECTED,
            )
    else:
        _set_lifetime(held, ttl=lock_grace(), connection=connection)


def _set_lifetime(held: Iterable[Lease], *, ttl: int, connection: int) -> None:
    """Let a session's locks expire in `ttl` ms. If Redis is down, they expire at their previous time."""
    for lease in held:
        key = redis_locks.lock_key(lease.project_id, lease.field)
        try:
            with redis_locks.unavailable_without_redis():
                redis_locks.adjust(key=key, lease_id=lease.lease_id, ttl=ttl, connection=connection)
        except Unavailable:
            return


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
