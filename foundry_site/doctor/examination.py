"""Runs all examinations of the doctor: those of the site in their order, then the registered ones, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.db import DatabaseError
from redis import RedisError

from foundry_site.doctor import background, keys, node, outgoing, postgres, protection, redis_server
from kernel.doctor import EXAMINATIONS, Diagnoses, bad


def examine(nodes: int = 1) -> Diagnoses:
    """Run all examinations. A service that does not answer is a single diagnosis, instead of the rest of its checks."""
    yield from _guarded("PostgreSQL", lambda: postgres.examine(nodes))
    for subject, look in {**PARTS, **EXAMINATIONS}.items():
        yield from _guarded(subject, look)


def _guarded(subject: str, look: Callable[[], Diagnoses]) -> Diagnoses:
    try:
        yield from look()
    except (DatabaseError, RedisError, OSError) as error:
        words = (str(error).strip() or type(error).__name__).splitlines()[0]
        yield bad(subject, f"cannot be looked at: {words}", "Provide what it needs and run the doctor again.")


PARTS: Final[Mapping[str, Callable[[], Diagnoses]]] = {
    "Protection": protection.examine,
    "Redis": redis_server.examine,
    "Keys": keys.examine,
    "Background work": background.examine,
    "Outgoing requests": outgoing.examine,
    "This node": node.examine,
}
