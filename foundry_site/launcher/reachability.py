"""Checks whether the operator's services can be reached, with an error of one line instead of a traceback."""

from __future__ import annotations

import psycopg
import redis

from foundry_site.connections import REDIS_TIMEOUT_SECONDS
from foundry_site.launcher.console import LaunchError

DATABASE_TIMEOUT_SECONDS = 5


def check_database(url: str) -> None:
    """Connect once to PostgreSQL.

    Raises:
        LaunchError: ``DATABASE_URL`` cannot be read or reached. The password is never part of the text.
    """
    try:
        psycopg.connect(url, connect_timeout=DATABASE_TIMEOUT_SECONDS).close()
    except psycopg.OperationalError as error:
        raise LaunchError(f"The database of DATABASE_URL cannot be reached: {_first_line(error)}") from error
    except psycopg.Error as error:
        raise LaunchError("DATABASE_URL is not an address like postgresql://user:password@host:5432/name.") from error


def check_redis(url: str) -> None:
    """Ping Redis once.

    Raises:
        LaunchError: ``REDIS_URL`` cannot be read or reached.
    """
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=REDIS_TIMEOUT_SECONDS)
    except ValueError as error:
        raise LaunchError("REDIS_URL is not an address like redis://host:6379/0.") from error
    try:
        client.ping()
    except redis.RedisError as error:
        raise LaunchError(f"The Redis of REDIS_URL cannot be reached: {_first_line(error)}") from error
    finally:
        client.close()


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
