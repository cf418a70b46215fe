"""Sessions: issued by the server, bound to a user and a credential, resumed by a secret that changes each time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Now

from accounts.callers import Caller
from audit.errors import Unavailable
from audit.transactions import unavailable_on_timeout, write_transaction
from locking import registry
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
    _set_lifetime(session.id, ttl=lock_ttl())
    return OpenedSession(session.id, secret, session.connection)


def close_connection(*, caller: Caller, session_id: UUID, connection: int, clean: bool) -> None:
    """A socket is gone. `clean` frees its session's locks at once, anything else leaves them a short grace.

    Counts only for the session's current connection: a late disconnect cannot hurt a session that was resumed.
    """
    with unavailable_on_timeout():
        current = Session.objects.filter(pk=session_id, connection=connection)
        if not current.update(disconnected_at=Now()):
            return
        project_id = current.values_list("project_id", flat=True).first()
    if project_id is None:
        return
    if clean:
        release_session_locks(caller=caller, project_id=project_id, session_id=session_id, why=EndReason.DISCONNECTED)
    else:
        _set_lifetime(session_id, ttl=lock_grace())


def _set_lifetime(session_id: UUID, *, ttl: int) -> None:
    """Let the session's locks live `ttl` ms from now. Where Redis is away they run out by their own time."""
    for lease in Lease.objects.open().filter(session_id=session_id):
        try:
            with registry.unavailable_without_redis():
                registry.renew(key=registry.lock_key(lease.project_id, lease.field), lease_id=lease.lease_id, ttl=ttl)
        except Unavailable:
            return


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
