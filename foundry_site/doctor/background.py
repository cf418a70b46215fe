"""Checks background work: jobs, checkpoints, time stamps, the verification of the chains."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from croniter import croniter
from cryptography import x509
from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from audit.checkpoints.models import Checkpoint
from audit.checkpoints.unsealed import unsealed
from audit.models import ChainVerification
from audit.periodic import periodic_jobs
from kernel.doctor import Diagnoses, Diagnosis, bad, ok, warn

# A worker reports every 10 seconds that it is alive.
SILENT: Final = timedelta(seconds=45)
UNSTAMPED: Final = timedelta(days=1)
START_A_WORKER: Final = (
    "Start manage.py procrastinate worker (docs/operations/foundry-worker.service) and read its log."
)


def examine() -> Diagnoses:
    """Check the worker and its scheduled jobs."""
    yield _worker()
    yield _jobs()
    yield from _periodic()
    yield _checkpoint()
    yield from _stamps()
    yield _audit_trail()


def _worker() -> Diagnosis:
    alive = ProcrastinateWorker.objects.filter(last_heartbeat__gt=timezone.now() - SILENT).count()
    if not alive:
        return bad("Worker", "none beats", START_A_WORKER)
    return ok("Worker", f"{alive} alive")


def _jobs() -> Diagnosis:
    waiting = ProcrastinateJob.objects.filter(status="todo").count()
    failed = ProcrastinateJob.objects.filter(status="failed").count()
    words = f"{waiting} waiting, {failed} failed"
    if failed:
        return warn(
            "Jobs", words, "Read the worker's log; failed jobs stay in procrastinate_jobs until they are retried."
        )
    return ok("Jobs", words)


def _due_before(schedule: str, times: int) -> datetime:
    """The time at which a schedule was due, this many times ago."""
    due = timezone.now()
    for _ in range(times):
        due = croniter(schedule, due).get_prev(datetime)
    return due


def _checkpoint() -> Diagnosis:
    """Whether every event that is older than two runs of the schedule is covered by a checkpoint."""
    newest = Checkpoint.objects.order_by("-number").first()
    words = f"number {newest.number} of {newest.made_at:%Y-%m-%d %H:%M} UTC" if newest else "none yet"
    since = unsealed()
    if since.oldest is None:
        return ok("Checkpoint", f"{words}, every event is in one")
    words = f"{words}, {since.count} events are in none, the oldest of {since.oldest:%Y-%m-%d %H:%M} UTC"
    if since.oldest < _due_before(settings.FOUNDRY_CHECKPOINT_CRON, 2):
        return bad("Checkpoint", words, START_A_WORKER)
    return ok("Checkpoint", words)


def _periodic() -> Diagnoses:
    """When each job of the schedule last ran; one that was due twice since is late."""
    schedules = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    for job in periodic_jobs():
        subject = f"Job {job.title}"
        due = f"last run of {job.due:%Y-%m-%d %H:%M} UTC, {job.state}" if job.due else "never run"
        if job.state == "failed":
            yield bad(subject, due, "Read the worker's log.")
        elif job.due is None or job.due < _due_before(schedules[job.name], 3):
            yield warn(subject, due, START_A_WORKER)
        else:
            yield ok(subject, due)


def _stamps() -> Diagnoses:
    if not settings.FOUNDRY_TIMESTAMP_URL:
        yield ok("Time stamps", "no authority is configured (FOUNDRY_TIMESTAMP_URL)")
        return
    try:
        roots = x509.load_pem_x509_certificates(Path(settings.FOUNDRY_TIMESTAMP_ROOTS).read_bytes())
    except (OSError, ValueError) as error:
        yield bad("Time stamps", f"FOUNDRY_TIMESTAMP_ROOTS cannot be read: {error}", "Name a PEM file with its roots.")
        return
    yield ok("Time stamps", f"{len(roots)} root(s) trusted")
    oldest = Checkpoint.objects.filter(timestamp__isnull=True, made_at__lt=timezone.now() - UNSTAMPED).first()
    if oldest is not None:
        yield warn(
            "Time stamps", f"{oldest} has none after a day", "Read the worker's log for what the authority says."
        )


def _audit_trail() -> Diagnosis:
    verifications = ChainVerification.objects.sealed()
    changed = ChainVerification.objects.exclude(chain__in=list(verifications)).values_list("chain", flat=True).first()
    if changed is not None:
        remedy = (
            "Run manage.py verify_audit. If FOUNDRY_SECRET_KEY was not replaced, find out who wrote to the database."
        )
        return bad("Audit trail", f"the note on the chain {changed} was not written by Foundry", remedy)
    broken = next((each for each in verifications.values() if each.is_broken), None)
    if broken is not None:
        remedy = "Stop the nodes, keep a copy of the database, and run manage.py verify_audit."
        return bad("Audit trail", f"broken: {broken.problem}", remedy)
    oldest = min(verifications.values(), key=lambda each: each.verified_at, default=None)
    if oldest is None:
        return warn("Audit trail", "never verified", "Run manage.py verify_audit, and have a worker run.")
    words = f"every chain and its records verified since {oldest.verified_at:%Y-%m-%d %H:%M} UTC"
    if oldest.verified_at < _due_before(settings.FOUNDRY_VERIFICATION_CRON, 2):
        return warn("Audit trail", words, START_A_WORKER)
    return ok("Audit trail", words)
