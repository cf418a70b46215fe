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
    """A session as its client learns it. `connection` is 0 for a session without a socket."""

    session_id: UUID
    resume_secret: str
    connection: int


def open_session(*, caller: Caller, project_id: UUID, connected: bool = True) -> OpenedSession:
    """Issue a session in a project the caller may read; `connected` where a socket comes with it."""
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
    """Come back as the same session, with a new secret and the next connection number, and keep its locks.

    A secret that does not fit (used before, another's, another credential) gets a new session instead: whoever copied
    an address can neither take a session over nor disturb it.
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
    """A socket is gone. `clean` frees its session's locks at once, anything else leaves them a short grace.

    Counts only for the session's current connection: a late disconnect cannot hurt a session that was resumed.
    """
    with write_transaction():
        current = Session.objects.filter(pk=session_id, connection=connection)
        if not current.update(disconnected_at=Now()):
            return
        # With the session's row locked: what the session takes after it was resumed is not among them.
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
    """Let a session's locks live `ttl` ms from now. Where Redis is away they run out by their own time."""
    for lease in held:
        key = redis_locks.lock_key(lease.project_id, lease.field)
        try:
            with redis_locks.unavailable_without_redis():
                redis_locks.adjust(key=key, lease_id=lease.lease_id, ttl=ttl, connection=connection)
        except Unavailable:
            return


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
