"""What the doctor says of scripts: whether somebody runs them, and what an operator lets them do."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from kernel.doctor import Diagnoses, Diagnosis, bad, ok, warn
from stages.automation.choices import ExecutionState
from stages.automation.environment import FUEL, HOSTS, MEMORY, SECONDS, SLOTS, WRITES
from stages.automation.models import Due, Execution
from stages.automation.reading.runners import has_runner

SUBJECT: Final = "Scripts"
# A runner begins an execution within milliseconds.
WAITING: Final = timedelta(minutes=2)


def examine() -> Diagnoses:
    """Whether executions are begun, and the limits and servers of this site."""
    yield _queue()
    values = {each: getattr(settings, each) for each in (SLOTS, FUEL, MEMORY, SECONDS, WRITES)}
    limits = (
        f"{values[SLOTS]} at once, each up to {values[FUEL] // 1_000_000:,} million steps, {values[MEMORY] >> 20} MiB, "
        f"{values[SECONDS]} seconds, {values[WRITES]:,} changes"
    )
    hosts = sorted(getattr(settings, HOSTS))
    yield ok("Limits of scripts", f"{limits}; they reach {', '.join(hosts) if hosts else 'no server'}")


def _queue() -> Diagnosis:
    now = timezone.now()
    late = Execution.objects.filter(state=ExecutionState.QUEUED, created_at__lt=now - WAITING).count()
    under_way = Execution.objects.filter(state=ExecutionState.RUNNING).count()
    due = Due.objects.count()
    said = f"{under_way} under way, {due} changes wait for scripts"
    if not late:
        return ok(SUBJECT, said)
    said = f"{late} wait for more than two minutes, {said}"
    if has_runner():
        remedy = f"All slots are taken: raise {SLOTS}, or start another manage.py runner."
        return warn(SUBJECT, said, remedy)
    return bad(SUBJECT, said, "Start manage.py runner (docs/operations/foundry-runner.service) and read its log.")
