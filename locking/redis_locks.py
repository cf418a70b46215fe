"""Locks in Redis, taken by `SET … NX PX` and changed only by Lua that compares the `lease_id`.

Redis is a fast cache of the leases in Postgres, which decide (docs/rules.md, "Locks"); it may lose its data. Each
script uses one key, values are flat, and times are strings of whole milliseconds since 1970 by the clock of Redis. A
field whose value cannot be read (corrupt, or written by another program) counts neither as free nor as held.
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
    """The result of `take`: `taken`, or else held by `lock`, which is None if the value cannot be read."""

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
    """`lock:project:{id}:field:{name}`, a documented key that other tools may read."""
    return f"lock:project:{project_id}:field:{field}"


@contextmanager
def unavailable_without_redis() -> Iterator[None]:
    """Raise `Unavailable` if Redis is down, loading or too slow."""
    try:
        yield
    except redis.RedisError as error:
        raise Unavailable(_("Locks are unavailable for a moment. Try again.")) from error


def take(*, key: str, user_id: UUID, session_id: UUID, lease_id: UUID, ttl: int) -> TakeResult:
    """Take the key for `ttl` ms if it is free."""
    taken, value, expires_in = _run(TAKE, key, user_id, session_id, lease_id, ttl)
    return TakeResult(taken=bool(taken), lock=read_value(key, value), expires_in=int(expires_in))


def renew(*, key: str, lease_id: UUID, ttl: int) -> datetime | None:
    """Let this lease's key expire in `ttl` ms; return None if the key is gone or belongs to another lease."""
    lock = read_value(key, _run(RENEW, key, lease_id, ttl))
    return lock.expires_at if lock else None


def adjust(*, key: str, lease_id: UUID, ttl: int, connection: int) -> datetime | None:
    """As `renew`, when a connection of the session was opened or closed; an older connection changes nothing.

    Two nodes may call this in the wrong order, or pause between reading the lease and the call; so the script compares
    the connection numbers when it sets the time.
    """
    lock = read_value(key, _run(ADJUST, key, lease_id, ttl, connection))
    return lock.expires_at if lock else None


def release(*, key: str, lease_id: UUID) -> bool:
    """Delete the key if it still belongs to this lease."""
    return bool(_run(RELEASE, key, lease_id))


def swap(*, key: str, ended: UUID, user_id: UUID, session_id: UUID, lease_id: UUID, ttl: int) -> datetime | None:
    """Move the key from an ended lease to its successor; return None if the key belongs to a third lease."""
    lock = read_value(key, _run(SWAP, key, ended, user_id, session_id, lease_id, ttl))
    return lock.expires_at if lock else None


def read_many(keys: Sequence[str]) -> list[HeldLock | bool | None]:
    """The value of each key: a lock, None if there is none, False if it cannot be read."""
    if not keys:
        return []
    values = get_redis_connection("locks").mget(keys)
    return [
        None if value is None else (read_value(key, value) or False) for key, value in zip(keys, values, strict=True)
    ]


@cache
def _script(source: str) -> Any:
    # redis-py sends EVALSHA, and loads the source again if the server answers NOSCRIPT, as after a restart.
    return get_redis_connection("locks").register_script(source)


def _run(source: str, key: str, *arguments: object) -> Any:
    return _script(source)(keys=[key], args=[str(argument) for argument in arguments])


def read_value(key: str, value: bytes | None) -> HeldLock | None:
    """Parse the value of a key; None for no value, and for one that is not a valid lock."""
    if value is None:
        return None
    try:
        lock = _values.decode(value)
        expires_at = datetime.fromtimestamp(int(lock.expires_at) / 1000, UTC)
    except (msgspec.DecodeError, ValueError, OverflowError, OSError):
        # Without a traceback: an operator needs to see the value only.
        logger.error("The value under %s is not a lock of ours: %r", key, value[:200])  # noqa: TRY400
        return None
    return HeldLock(lock.user_id, lock.session_id, lock.lease_id, expires_at)
