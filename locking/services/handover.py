"""Requesting a locked field, handing it over, declining a request, and taking a field over as an owner."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django_redis import get_redis_connection
from redis import Redis

import realtime
from accounts.callers import Caller
from accounts.models import Person, User
from audit.keys.text import rfc3339
from audit.live import topic_of
from kernel.errors import Conflict, LockNotHeld, NotFound, PermissionDenied
from kernel.names import check_reason, check_remark
from kernel.transactions import unavailable_on_timeout, write_transaction
from locking import redis_locks
from locking.events import LOCK_REQUESTED, LOCK_TAKEN_OVER
from locking.leases import (
    Lock,
    end_lease,
    field_leases,
    lock_ttl,
    open_lease_of,
    own_open_lease,
    start_lease,
    sync_redis_key,
)
from locking.models import EndReason, Lease, Session
from locking.refusals import lock_has_ended
from locking.services.locks import acquire_lock, as_lock
from notifications.services import notify, resolve
from projects.access import get_project
from projects.fields import check_field_name
from projects.models import Member, Role
from projects.permissions import may
from projects.writing import ProjectWrite, project_write

# How long a request for a field is valid, in seconds.
REQUEST_LIFETIME: Final = 60

# In characters.
MAX_REQUEST_MESSAGE: Final = 200


@dataclass(frozen=True, slots=True)
class LockRequest:
    """A request for a field that another session holds. `message` may be empty."""

    field: str
    session_id: str
    user: Person
    at: str
    message: str = ""


def request_lock(*, caller: Caller, project_id: UUID, session_id: UUID, field: str, message: str = "") -> None:
    """Ask the holder of a field to hand it over, with a word to them if the caller wants to say one.

    The request expires after `REQUEST_LIFETIME` without an answer. The holder also gets an inbox line until they
    answer, because they may not have the page open at that time. Raises `Conflict` if the field is free or the
    caller's own session holds it, `ValidationFailed` for the message.
    """
    check_field_name(field)
    message = check_remark(message, name="message", maximum=MAX_REQUEST_MESSAGE, required=False)
    with unavailable_on_timeout():
        get_project(user=caller.user, project_id=project_id, action="lock.request")
        Session.objects.require_own(user=caller.user, project_id=project_id, session_id=session_id)
        holder = Lease.objects.open().filter(project_id=project_id, field=field).first()
    if holder is None:
        raise Conflict(_("{field} is available. Take it.").format(field=field), field=field)
    if holder.session_id == session_id:
        raise Conflict(_("You are editing {field} yourself.").format(field=field), field=field)
    person = caller.user.person()
    with redis_locks.unavailable_without_redis():
        connection = get_redis_connection("default")
        request = LockRequest(field, str(session_id), person, _redis_now(connection).isoformat(), message)
        key = _requests_key(project_id)
        with connection.pipeline() as pipeline:
            pipeline.hset(key, f"{session_id}:{field}", json.dumps(asdict(request)))
            pipeline.expire(key, REQUEST_LIFETIME)
            pipeline.execute()
    with write_transaction():
        facts = {"field": field, **({"message": message} if message else {})}
        notify(caller=caller, line=LOCK_REQUESTED, recipients=[holder.user_id], project_id=project_id, facts=facts)
    data: dict[str, object] = {"field": field, "session_id": str(session_id), "message": message}
    _send_ephemeral(project_id, "lock.requested", person, data)


def withdraw_request(*, caller: Caller, project_id: UUID, session_id: UUID, field: str) -> None:
    """Take back the caller's request for a field: its holder is no longer asked. Nothing happens if there is none."""
    check_field_name(field)
    with unavailable_on_timeout():
        get_project(user=caller.user, project_id=project_id)
        Session.objects.require_own(user=caller.user, project_id=project_id, session_id=session_id)
    _forget_request(project_id, session_id, field)
    with write_transaction():
        resolve(line=LOCK_REQUESTED, project_id=project_id, facts={"field": field}, actor=caller.user.id)
    data: dict[str, object] = {"field": field, "session_id": str(session_id)}
    _send_ephemeral(project_id, "lock.request_withdrawn", caller.user.person(), data)


def open_requests(*, project_id: UUID) -> list[LockRequest]:
    """The requests that have not expired, oldest first, for a holder that polls."""
    with redis_locks.unavailable_without_redis():
        connection = get_redis_connection("default")
        stored = connection.hvals(_requests_key(project_id))
        now = _redis_now(connection)
    requests = [LockRequest(**json.loads(value)) for value in stored]
    fresh = [one for one in requests if (now - datetime.fromisoformat(one.at)).total_seconds() < REQUEST_LIFETIME]
    return sorted(fresh, key=lambda one: one.at)


def keep_lock(*, caller: Caller, project_id: UUID, session_id: UUID, field: str, to: UUID) -> None:
    """Refuse a request: the asker `to` is notified. Raises `LockNotHeld`."""
    check_field_name(field)
    with unavailable_on_timeout():
        get_project(user=caller.user, project_id=project_id)
        held = Lease.objects.open().filter(project_id=project_id, field=field, session_id=session_id, user=caller.user)
        if not held.exists():
            raise LockNotHeld(_("You are not editing {field}.").format(field=field), field=field)
        asker = Session.objects.filter(pk=to, project_id=project_id).values_list("user_id", flat=True).first()
    _forget_request(project_id, to, field)
    if asker is not None:
        with write_transaction():
            _settle_requests(project_id, field, holder=caller.user.id, asker=asker)
    _send_ephemeral(project_id, "lock.kept", caller.user.person(), {"field": field, "session_id": str(to)})


def hand_over_lock(
    *, caller: Caller, project_id: UUID, session_id: UUID, field: str, to: UUID, token: int | None = None
) -> None:
    """Hand a held field over to another session, which gets its token by `acquire_lock`.

    Somebody who holds the field in another session of theirs may also call this from the session that receives it
    (`to` is then `session_id`): they go on where they are now.

    One transaction ends the old lease and opens the new one. Raises `LockNotHeld`, `StaleToken` for an older token,
    `NotFound` for the receiving session, `PermissionDenied` where its user may not write here.
    """
    check_field_name(field)
    parameters = {"field": field, "session_id": str(session_id), "to": str(to)}
    also = field_leases(project_id, field)
    with project_write(
        caller=caller, project_id=project_id, action="lock.hand_over", parameters=parameters, extra_query=also
    ) as write:
        if write.repeat_of is not None:
            return
        holding = _other_session_of(write, session_id) if to == session_id else None
        lease = own_open_lease(write, field=field, session_id=holding or session_id, token=token)
        receiver = _receiver(write, to)
        if to == lease.session_id:
            raise Conflict(_("This session is already editing the field."), field=field)
        end_lease(write, lease, EndReason.HANDED_OVER, announce=False)
        _settle_requests(project_id, field, holder=lease.user_id)
        successor = start_lease(
            write,
            action="lock.handed_over",
            field=field,
            holder=receiver,
            session_id=to,
            data={"ended": _ended(lease)},
        )
        key = redis_locks.lock_key(project_id, field)
        write.afterwards(sync_redis_key, key, ended=lease.lease_id, current=successor)
        write.afterwards(_forget_request, project_id, to, field)


def take_over_lock(*, caller: Caller, project_id: UUID, session_id: UUID, field: str, reason: str) -> Lock:
    """Take a field from its holder, as an owner, for a reason; the former holder's unsaved text is kept.

    A free field is acquired as usual. Raises as `acquire_lock`, and `ValidationFailed` for the reason.
    """
    check_field_name(field)
    reason = check_reason(reason)
    parameters = {"field": field, "session_id": str(session_id), "reason": reason}
    also = field_leases(project_id, field)
    with project_write(
        caller=caller, project_id=project_id, action="lock.take_over", parameters=parameters, extra_query=also
    ) as write:
        Session.objects.require_own(user=caller.user, project_id=project_id, session_id=session_id)
        lease = open_lease_of(write)
        if write.repeat_of is not None and (lease is None or lease.session_id != session_id):
            raise lock_has_ended(field=field)
        if lease is not None and lease.session_id != session_id:
            end_lease(write, lease, EndReason.TAKEN_OVER, announce=False)
            successor = start_lease(
                write,
                action="lock.taken_over",
                field=field,
                holder=caller.user,
                session_id=session_id,
                data={"ended": _ended(lease)},
                reason=reason,
            )
            _settle_requests(project_id, field, holder=lease.user_id)
            facts = {"field": field, "reason": reason}
            write.notify(LOCK_TAKEN_OVER, [lease.user_id], facts, successor.token)
            key = redis_locks.lock_key(project_id, field)
            write.afterwards(sync_redis_key, key, ended=lease.lease_id, current=successor)
            return as_lock(successor, write.project, successor.started_at + timedelta(milliseconds=lock_ttl()))
    # Free, already held by this session, or a repeated request: acquire it as usual.
    lock = acquire_lock(
        caller=replace(caller, client_ref=None), project_id=project_id, field=field, session_id=session_id
    )
    return replace(lock, repeated=write.repeat_of is not None)


def _other_session_of(write: ProjectWrite, session_id: UUID) -> UUID | None:
    """The caller's other session that holds the field; `session_id` must be theirs too."""
    Session.objects.require_own(user=write.caller.user, project_id=write.project.id, session_id=session_id)
    lease = open_lease_of(write)
    return lease.session_id if lease is not None and lease.user_id == write.caller.user.id else None


def _receiver(write: ProjectWrite, session_id: UUID) -> User:
    """The user of the receiving session, who must be allowed to write in this project now."""
    session = Session.objects.select_related("user").filter(pk=session_id, project=write.project).first()
    if session is None or session.disconnected_at is not None:
        raise NotFound(_("The session that asked for the field has ended."), session_id=str(session_id))
    role = Member.objects.filter(project=write.project, user=session.user).values_list("role", flat=True).first()
    if not session.user.is_active or not may("lock.acquire", role=Role(role) if role else None):
        words = _("{name} may not write in this project.")
        raise PermissionDenied(words.format(name=session.user.display_name))
    return session.user


def _settle_requests(project_id: UUID, field: str, *, holder: UUID, asker: UUID | None = None) -> None:
    """Remove the request from the holder's inbox, because it is answered or the lease has ended."""
    resolve(line=LOCK_REQUESTED, project_id=project_id, facts={"field": field}, recipient=holder, actor=asker)


def _ended(lease: Lease) -> dict[str, object]:
    assert lease.ended_at is not None
    return {
        "ended_at": rfc3339(lease.ended_at),
        "lease_id": str(lease.lease_id),
        "token": lease.token,
        "holder": lease.user.person(),
        "session_id": str(lease.session_id),
    }


def _redis_now(connection: Redis) -> datetime:
    """The time of the clock that all nodes share, because their own clocks may differ by minutes."""
    seconds, microseconds = connection.time()
    return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)


def _requests_key(project_id: UUID) -> str:
    return f"lock-requests:project:{project_id}"


def _forget_request(project_id: UUID, session_id: UUID, field: str) -> None:
    with redis_locks.unavailable_without_redis():
        get_redis_connection("default").hdel(_requests_key(project_id), f"{session_id}:{field}")


def _send_ephemeral(project_id: UUID, name: str, actor: Person, data: dict[str, object]) -> None:
    realtime.send_ephemeral(topic=topic_of(project_id), name=name, actor=dict(actor), data=data)
