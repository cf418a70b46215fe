"""Whether this process lives (``/healthz``) and whether it can work (``/readyz``); neither needs a sign-in."""

from __future__ import annotations

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_redis import get_redis_connection
from redis import RedisError

from audit.errors import Unavailable
from foundry_site.demo import sign_in_file

RETRY_SECONDS = 2


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all; asks nothing of Postgres or Redis, whose failures no restart cures."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """200 once the database is migrated, Postgres and Redis answer and the demo is made; else a 503 that says why."""
    missing = [reason for reason in (_database(), _redis(), _demo()) if reason]
    if not missing:
        return JsonResponse({"status": "ready"})
    problem = Unavailable(" ".join(missing), retry_after=RETRY_SECONDS)
    return JsonResponse(
        problem.problem(),
        status=problem.status,
        content_type="application/problem+json",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def _database() -> str | None:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "The database is not migrated."
    except DatabaseError:
        return "PostgreSQL does not answer."
    return None


def _redis() -> str | None:
    try:
        get_redis_connection("locks").ping()
    except RedisError:
        return "Redis does not answer."
    return None


def _demo() -> str | None:
    if settings.FOUNDRY_DEMO and sign_in_file.read(settings.FOUNDRY_DATA_DIR) is None:
        return "The demo project is not made yet."
    return None
