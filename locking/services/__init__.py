"""Everything that writes locks: take, renew, give back, ask, hand over, take over."""

from locking.leases import Lock
from locking.services.ending import freeze_locks, release_session_locks, revoke_locks
from locking.services.handover import (
    MAX_REQUEST_MESSAGE,
    LockRequest,
    hand_over_lock,
    keep_lock,
    open_requests,
    request_lock,
    take_over_lock,
    withdraw_request,
)
from locking.services.locks import Renewal, acquire_lock, release_lock, renew_locks
from locking.services.moving import move_leases

__all__ = [
    "MAX_REQUEST_MESSAGE",
    "Lock",
    "LockRequest",
    "Renewal",
    "acquire_lock",
    "freeze_locks",
    "hand_over_lock",
    "keep_lock",
    "move_leases",
    "open_requests",
    "release_lock",
    "release_session_locks",
    "renew_locks",
    "request_lock",
    "revoke_locks",
    "take_over_lock",
    "withdraw_request",
]
