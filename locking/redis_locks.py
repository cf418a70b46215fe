"""Locks in Redis, taken by `SET … NX PX` and changed only by Lua that compares the `lease_id`.

Redis is a cache of the journal: fast, and it may lose anything. The journal in Postgres decides (docs/rules.md,
"Locks"). One key per script, flat values, times as strings of whole milliseconds since 1970 by Redis' own clock. A
value that cannot be read (corrupt, or written by something else) counts neither as free nor as anybody's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import msgspec
import redis
from django.utils.translation import gettext as _
from django_redis import get_redis_connection

from kernel.errors import Unavailable

logger = logging.getLogger(__name__)

# KEYS[1]; ARGV: user_id, session_id, lease_id, ttl in ms.  → {1, value} taken, {0, value, pttl} held by somebody
TAKE: Final = """
local now = redis.call('TIME')
local expires = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[4])
local value = cjson.encode({user_id = ARGV[1], session_id = ARGV[2], lease_id = ARGV[3], expires_at = expires})
if redis.call('SET', KEYS[1], value, 'NX', 'PX', ARGV[4]) then return {1, value, ARGV[4]} end
return {0, redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1])}
"""

# KEYS[1]; ARGV: lease_id, ttl in ms.  → the new value, or nil where the key is not this lease's
RENEW: Final = """
local held = redis.call('GET', KEYS[1])
if not held then return nil end
local ok, lock = pcall(cjson.decode, held)
if not ok or type(lock) ~= 'table' or lock.lease_id ~= ARGV[1] then return nil end
local now = redis.call('TIME')
lock.expires_at = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[2])
local value = cjson.encode(lock)
redis.call('SET', KEYS[1], value, 'PX', ARGV[2])
return value
"""

# KEYS[1]; ARGV: lease_id, ttl in ms, connection.  → as RENEW, and nil where a later connection has set the time already
ADJUST: Final = """
local held = redis.call('GET', KEYS[1])
if not held then return nil end
local ok, lock = pcall(cjson.decode, held)
if not ok or type(lock) ~= 'table' or lock.lease_id ~= ARGV[1] then return nil end
if tonumber(lock.connection or '0') > tonumber(ARGV[3]) then return nil end
local now = redis.call('TIME')
lock.connection = ARGV[3]
lock.expires_at = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[2])
local value = cjson.encode(lock)
redis.call('SET', KEYS[1], value, 'PX', ARGV[2])
return value
"""

# KEYS[1]; ARGV: lease_id.  → 1 where the key was this lease's and is gone
RELEASE: Final = """
local held = redis.call('GET', KEYS[1])
if not held then return 0 end
local ok, lock = pcall(cjson.decode, held)
if not ok or type(lock) ~= 'table' or lock.lease_id ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""

# KEYS[1]; ARGV: the lease that ended, user_id, session_id, lease_id of the new one, ttl.  → the new value, or nil
SWAP: Final = """
local held = redis.call('GET', KEYS[1])
if held then
  local ok, lock = pcall(cjson.decode, held)
  if not ok or type(lock) ~= 'table' then return nil end
  if lock.lease_id ~= ARGV[1] and lock.lease_id ~= ARGV[4] then return nil end
end
local now = redis.call('TIME')
local expires = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[5])
local value = cjson.encode({user_id = ARGV[2], session_id = ARGV[3], lease_id = ARGV[4], expires_at = expires})
redis.call('SET', KEYS[1], value, 'PX', ARGV[5])
return value
"""


@dataclass(frozen=True, slots=True)
class HeldLock:
    """The value of a lock's key."""

    user_id: UUID
    session_id: UUID
    lease_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TakeResult:
    """The answer to an attempt: ours (`taken`), or held by `lock`, or by something unreadable (`lock` is None)."""

    taken: bool
    lock: HeldLock | None
    expires_in: int


class _Value(msgspec.Struct):
    """The JSON under a key."""

    user_id: UUID
    session_id: UUID
    lease_id: UUID
    expires_at: str


_values = msgspec.json.Decoder(_Value)


def lock_key(project_id: UUID, field: str) -> str:
    """`lock:project:{id}:field:{name}`, the address other tools may read."""
    return f"lock:project:{project_id}:field:{field}"


@contextmanager
def unavailable_without_redis() -> Iterator[None]:
    """Turn a Redis that is away, loading or too slow into `Unavailable`."""
    try:
        yield
    except redis.RedisError as error:
        raise Unavailable(_("Locks are unavailable for a moment. Try again.")) from error


def take(*, key: str, user_id: UUID, session_id: UUID, lease_id: UUID, ttl: int) -> TakeResult:
    """Take the key for `ttl` ms if it is free."""
    taken, value, expires_in = _run(TAKE, key, user_id, session_id, lease_id, ttl)
    return TakeResult(taken=bool(taken), lock=read_value(key, value), expires_in=int(expires_in))


def renew(*, key: str, lease_id: UUID, ttl: int) -> datetime | None:
    """Give this lease's key `ttl` ms from now; None where the key is gone or another's."""
    lock = read_value(key, _run(RENEW, key, lease_id, ttl))
    return lock.expires_at if lock else None


def adjust(*, key: str, lease_id: UUID, ttl: int, connection: int) -> datetime | None:
    """As `renew`, because a connection of the session was opened or closed; an outdated one changes nothing.

    Two nodes may call this in the wrong order, and one may have paused between reading the journal and the call; so the
    numbers are compared here, where the time is set.
    """
    lock = read_value(key, _run(ADJUST, key, lease_id, ttl, connection))
    return lock.expires_at if lock else None


def release(*, key: str, lease_id: UUID) -> bool:
    """Free the key if it is still this lease's."""
    return bool(_run(RELEASE, key, lease_id))


def swap(*, key: str, ended: UUID, user_id: UUID, session_id: UUID, lease_id: UUID, ttl: int) -> datetime | None:
    """Move the key from an ended lease to its successor, as the journal has it; None where a third one has the key."""
    lock = read_value(key, _run(SWAP, key, ended, user_id, session_id, lease_id, ttl))
    return lock.expires_at if lock else None


def read_many(keys: Sequence[str]) -> list[HeldLock | bool | None]:
    """The value of each key: a lock, None where it is free, False where it cannot be read."""
    if not keys:
        return []
    values = get_redis_connection("locks").mget(keys)
    return [
        None if value is None else (read_value(key, value) or False) for key, value in zip(keys, values, strict=True)
    ]


@cache
def _script(source: str) -> Any:
    # redis-py sends EVALSHA and loads the source again on NOSCRIPT, which a restarted server answers.
    return get_redis_connection("locks").register_script(source)


def _run(source: str, key: str, *arguments: object) -> Any:
    return _script(source)(keys=[key], args=[str(argument) for argument in arguments])


def read_value(key: str, value: bytes | None) -> HeldLock | None:
    """The lock that a key's value is; None for no value, and for one that is not a lock of ours."""
    if value is None:
        return None
    try:
        lock = _values.decode(value)
        expires_at = datetime.fromtimestamp(int(lock.expires_at) / 1000, UTC)
    except (msgspec.DecodeError, ValueError, OverflowError, OSError):
        # No traceback: what matters is the value, and an operator who must look at it.
        logger.error("The value under %s is not a lock of ours: %r", key, value[:200])  # noqa: TRY400
        return None
    return HeldLock(lock.user_id, lock.session_id, lock.lease_id, expires_at)
