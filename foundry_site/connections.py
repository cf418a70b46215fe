"""Django's settings for the addresses in ``DATABASE_URL`` and ``REDIS_URL``."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from psycopg.conninfo import conninfo_to_dict
from redis.backoff import NoBackoff
from redis.retry import Retry

# Redis is a cache of the journal and must answer fast; a slow one is treated as unavailable.
REDIS_TIMEOUT_SECONDS = 1


def database_settings(url: str, *, pool_size: int, statement_timeout: int) -> dict[str, Any]:
    """Django's DATABASES entry for a libpq address; its further parameters (``sslmode`` …) are passed on.

    Args:
        url: a libpq connection address.
        pool_size: most connections of one process.
        statement_timeout: seconds one statement may take; 0 for no limit.

    Raises:
        psycopg.ProgrammingError: libpq cannot read the address.
    """
    parameters = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    timeouts = {
        "lock_timeout": "5s",
        "statement_timeout": f"{statement_timeout}s",
        "idle_in_transaction_session_timeout": "30s",
    }
    ours = " ".join(f"-c {name}={value}" for name, value in timeouts.items())
    return {
        "ENGINE": "foundry_site.postgres",
        "NAME": parameters.pop("dbname", ""),
        "USER": parameters.pop("user", ""),
        "PASSWORD": parameters.pop("password", ""),
        "HOST": parameters.pop("host", ""),
        "PORT": parameters.pop("port", ""),
        "CONN_MAX_AGE": 0,
        # The backend checks connections itself, so that the first request after a restart of Postgres succeeds.
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            "connect_timeout": "5",
            **parameters,
            "options": f"{ours} {parameters.get('options', '')}".strip(),
            # Only for the statements that ask for it (`kernel.statements`).
            "prepare_threshold": 5,
            "pool": {"min_size": 1, "max_size": pool_size, "timeout": 5, "max_idle": 300},
        },
    }


def redis_database(url: str, offset: int = 0) -> str:
    """The same Redis address with a database number ``offset`` higher."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    path = parts.path
    if parts.scheme == "unix" or "db" in query:
        query["db"] = [str(int(query.get("db", ["0"])[0]) + offset)]
    else:
        path = f"/{int(path.strip('/') or 0) + offset}"
    # Not urlunsplit: it writes an empty host as "unix:/path", which redis-py does not take.
    return f"{parts.scheme}://{parts.netloc}{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")


def cache_settings(url: str, *, retries: int) -> dict[str, Any]:
    """Django's CACHES entry for a Redis address.

    ``retries`` is 0 where trying again could hide that the first try succeeded, as with a lock.
    """
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": url,
        "OPTIONS": {
            "SOCKET_CONNECT_TIMEOUT": REDIS_TIMEOUT_SECONDS,
            "SOCKET_TIMEOUT": REDIS_TIMEOUT_SECONDS,
            "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), retries)},
        },
    }
