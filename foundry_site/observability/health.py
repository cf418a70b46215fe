"""Whether this process lives (``/healthz``) and whether it can work (``/readyz``); neither needs a sign-in."""

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
# Less than a second, with what the request itself takes: probes give up early, and a service that hangs says nothing.
ANSWER_SECONDS: Final = 0.7


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all; asks nothing of Postgres or Redis, whose failures no restart cures."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """200 once the database is migrated, Postgres and Redis answer and the demo is made; else a 503 that says why.

    It answers within a second, whatever they do.
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
    """What the database lacks, in words; None where it is ready. Blocks as long as Postgres does not answer."""
    try:
        applied = MigrationRecorder(connection).applied_migrations()
        problem = missing_stages_problem()
    except DatabaseError:
        return "PostgreSQL does not answer."
    return problem if _migrations() <= applied.keys() else "The database is not migrated."


def locks() -> str | None:
    """Why no lock can be taken, in words; None where Redis answers."""
    try:
        get_redis_connection("locks").ping()
    except RedisError:
        return "Redis does not answer."
    return None


def demo() -> str | None:
    """Whether `script/run` is still making the demo project, in words."""
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
    """Every migration of this build."""
    return frozenset(MigrationLoader(None).graph.nodes)
