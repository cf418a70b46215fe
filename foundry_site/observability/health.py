"""Liveness (``/healthz``) and readiness (``/readyz``) of this process; neither requires sign-in."""

from __future__ import annotations

import time
from functools import cache
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_redis import get_redis_connection
from redis import RedisError

from foundry_site.demo import sign_in_file
from foundry_site.observability.bounded_call import BoundedCall
from foundry_site.stages import missing_stages_problem
from kernel.errors import Unavailable

RETRY_SECONDS = 2
# Together with the request itself less than a second, because probes have short timeouts.
ANSWER_SECONDS: Final = 0.7


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while the process responds. Does not check Postgres or Redis, because a restart would not repair them."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """200 once the database is migrated, Postgres and Redis respond and the demo is created; else 503 with reasons.

    It responds within a second, even if a service hangs.
    """
    missing = [reason for reason in (*_services(), demo()) if reason]
    if not missing:
        return JsonResponse({"status": "ready"})
    problem = Unavailable(" ".join(missing), retry_after=RETRY_SECONDS)
    return JsonResponse(
        problem.problem(),
        status=problem.status,
        content_type="application/problem+json",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def database() -> str | None:
    """Why the database is not ready, in words, or None. Blocks while Postgres does not respond."""
    try:
        applied = MigrationRecorder(connection).applied_migrations()
        problem = missing_stages_problem()
    except DatabaseError:
        return "PostgreSQL does not answer."
    return problem if _migrations() <= applied.keys() else "The database is not migrated."


def locks() -> str | None:
    """Why locks are unavailable, in words, or None if Redis responds."""
    try:
        get_redis_connection("locks").ping()
    except RedisError:
        return "Redis does not answer."
    return None


def demo() -> str | None:
    """A sentence while `script/run` is still creating the demo project, else None."""
    if settings.FOUNDRY_DEMO and sign_in_file.read(settings.FOUNDRY_DATA_DIR) is None:
        return "The demo project is not made yet."
    return None


SERVICES: Final = {"PostgreSQL": BoundedCall(database), "Redis": BoundedCall(locks)}


def _services() -> list[str | None]:
    deadline = time.monotonic() + ANSWER_SECONDS
    asked = {name: call.start() for name, call in SERVICES.items()}
    reasons: list[str | None] = []
    for name, future in asked.items():
        try:
            reasons.append(future.result(max(0.0, deadline - time.monotonic())))
        except TimeoutError:
            reasons.append(f"{name} does not answer.")
    return reasons


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """All migrations of this build."""
    return frozenset(MigrationLoader(None).graph.nodes)
