"""Commands about locks."""

from __future__ import annotations

from typing import Any, Final

from gateway.parameters import Asking, Fields, OneField, Recipient, TakeOver
from gateway.registry import Command, CommandContext, Lane, command
from locking.services import (
    Lock,
    acquire_lock,
    hand_over_lock,
    keep_lock,
    release_lock,
    renew_locks,
    request_lock,
    take_over_lock,
    withdraw_request,
)


def _enters_field(params: OneField | TakeOver) -> str:
    return params.field


def _leaves_field(_params: OneField | Recipient) -> None:
    return None


@command("lock.acquire", Lane.SERIALIZED, focus=_enters_field, refuses_held=True)
def acquire(at: CommandContext, params: OneField) -> dict[str, Any]:
    lock = acquire_lock(
        caller=at.caller,
        project_id=at.project_id,
        field=params.field,
        session_id=at.session_id,
        is_admitted=at.is_admitted,
    )
    return _lock(lock)


@command("lock.renew", Lane.READ, is_automatic=True)
def renew(at: CommandContext, params: Fields) -> dict[str, Any]:
    renewal = renew_locks(caller=at.caller, project_id=at.project_id, session_id=at.session_id, fields=params.fields)
    return {"expires_at": renewal.expires_at, "lost": renewal.lost}


@command("lock.release", Lane.SERIALIZED, focus=_leaves_field)
def release(at: CommandContext, params: OneField) -> dict[str, Any]:
    release_lock(caller=at.caller, project_id=at.project_id, session_id=at.session_id, field=params.field)
    return {}


@command("lock.request", Lane.READ)
def request(at: CommandContext, params: Asking) -> dict[str, Any]:
    request_lock(
        caller=at.caller,
        project_id=at.project_id,
        session_id=at.session_id,
        field=params.field,
        message=params.message,
    )
    return {}


@command("lock.withdraw_request", Lane.READ)
def take_request_back(at: CommandContext, params: OneField) -> dict[str, Any]:
    withdraw_request(caller=at.caller, project_id=at.project_id, session_id=at.session_id, field=params.field)
    return {}


@command("lock.keep", Lane.READ)
def keep(at: CommandContext, params: Recipient) -> dict[str, Any]:
    keep_lock(caller=at.caller, project_id=at.project_id, session_id=at.session_id, field=params.field, to=params.to)
    return {}


@command("lock.hand_over", Lane.SERIALIZED, focus=_leaves_field)
def hand_over(at: CommandContext, params: Recipient) -> dict[str, Any]:
    hand_over_lock(
        caller=at.caller, project_id=at.project_id, session_id=at.session_id, field=params.field, to=params.to
    )
    return {}


@command("lock.take_over", Lane.SERIALIZED, focus=_enters_field)
def take_over(at: CommandContext, params: TakeOver) -> dict[str, Any]:
    lock = take_over_lock(
        caller=at.caller,
        project_id=at.project_id,
        session_id=at.session_id,
        field=params.field,
        reason=params.reason,
    )
    return _lock(lock)


def _lock(lock: Lock) -> dict[str, Any]:
    return {
        "field": lock.field,
        "token": lock.token,
        "session_id": lock.session_id,
        "expires_at": lock.expires_at,
        "version": lock.version,
        "sha256": lock.sha256,
    }


LOCK_COMMANDS: Final[tuple[Command, ...]] = (
    acquire,
    renew,
    release,
    request,
    take_request_back,
    keep,
    hand_over,
    take_over,
)
