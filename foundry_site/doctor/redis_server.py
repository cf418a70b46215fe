"""Checks Redis (or Valkey): version, eviction, writing to disk, use of the databases, latency, clock."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django_redis import get_redis_connection

from foundry_site.doctor.postgres import clock, distance
from kernel.doctor import Diagnoses, Diagnosis, bad, ok, warn

MIN_VERSION: Final = (6, 2)
FULL: Final = 0.8
LOOKED_AT: Final = 1000
LOCKS: Final = b"lock:"


def examine() -> Diagnoses:
    """Check the server that holds the locks."""
    locks = get_redis_connection("locks")
    facts: dict[str, Any] = locks.info("everything")
    yield _version(facts)
    yield _eviction(facts)
    yield from _memory(facts)
    yield _disk(facts)
    if facts.get("role") not in {None, "master"}:
        yield bad("Redis role", "a replica, which takes no writes", "Name the master, or the Sentinel, in REDIS_URL.")
    yield _databases(locks)
    yield distance("Redis", locks.ping)
    yield clock("Redis", lambda: _seconds(locks.time()))


def _seconds(time: tuple[int, int]) -> float:
    return time[0] + time[1] / 1e6


def _version(facts: dict[str, Any]) -> Diagnosis:
    # Valkey also reports the version of Redis that it is compatible with.
    text = str(facts["redis_version"])
    name = f"Valkey {facts['valkey_version']}" if "valkey_version" in facts else f"Redis {text}"
    if tuple(int(part) for part in text.split(".")[:2]) < MIN_VERSION:
        return bad("Redis", name, f"Upgrade to {'.'.join(map(str, MIN_VERSION))} or newer.")
    return ok("Redis", name)


def _eviction(facts: dict[str, Any]) -> Diagnosis:
    policy = facts["maxmemory_policy"]
    if policy != "noeviction":
        return bad(
            "Redis eviction", str(policy), "Set maxmemory-policy noeviction: it may throw locks away that are held."
        )
    return ok("Redis eviction", str(policy))


def _memory(facts: dict[str, Any]) -> Diagnoses:
    most = int(facts.get("maxmemory", 0))
    if most:
        share = int(facts["used_memory"]) / most
        words = f"{share:.0%} of maxmemory used"
        if share > FULL:
            yield warn("Redis memory", words, "Raise maxmemory: when it is full, every lock is refused.")
        else:
            yield ok("Redis memory", words)


def _disk(facts: dict[str, Any]) -> Diagnosis:
    """Check persistence: Postgres has the record, so none is needed, but a failing one makes Redis refuse writes."""
    if facts.get("rdb_last_bgsave_status", "ok") != "ok" or facts.get("aof_last_write_status", "ok") != "ok":
        return bad(
            "Redis persistence", "its last write to disk failed", 'Repair its disk, or set save "" and appendonly no.'
        )
    kept = (
        "kept on disk, which Foundry does not need" if int(facts.get("aof_enabled", 0)) else "may forget, as it should"
    )
    return ok("Redis persistence", kept)


def _databases(locks: Any) -> Diagnosis:
    places = [settings.CACHES[name]["LOCATION"] for name in ("locks", "default")]
    if places[0] == places[1]:
        return bad(
            "Redis databases", "locks and cache share one", "cache.clear() would free every lock: give each its own."
        )
    get_redis_connection("default").ping()
    strange = [key for _, key in zip(range(LOOKED_AT), locks.scan_iter(count=LOOKED_AT), strict=False)]
    strange = [key for key in strange if not key.startswith(LOCKS)]
    if strange:
        words = f"the locks' one holds other keys, as {strange[0].decode(errors='replace')[:40]!r}"
        return warn("Redis databases", words, "Leave that database to Foundry: what empties it frees every lock.")
    return ok("Redis databases", "one for locks, one for the cache")
