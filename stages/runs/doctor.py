"""What the doctor says of runs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from kernel.doctor import Diagnoses, Diagnosis, bad, ok, warn
from stages.runs.git.clones import clones_folder
from stages.runs.git.errors import GitError
from stages.runs.git.process import SHORT, run_git
from stages.runs.jobs import QUEUE
from stages.runs.models import PullRequest, PullRequestStatus, Repository, Run, RunStatus, Secret
from stages.runs.secrets import lost_keys

# A runner begins a run within milliseconds.
WAITING: Final = timedelta(minutes=2)
# A runner says every ten seconds that it lives.
SILENT: Final = timedelta(seconds=45)


def _queue() -> Diagnosis:
    """Whether somebody takes runs out of the queue. Those that gave their slot to others wait for their time."""
    now = timezone.now()
    jobs = ProcrastinateJob.objects.filter(queue_name=QUEUE)
    resting = jobs.filter(status="todo", scheduled_at__gt=now).values_list("args__run_id", flat=True)
    late = Run.objects.filter(status=RunStatus.QUEUED, queued_at__lt=now - WAITING).exclude(pk__in=list(resting))
    waiting, under_way = late.count(), Run.objects.filter(status=RunStatus.RUNNING).count()
    if not waiting:
        return ok("Runs", f"{under_way} under way")
    said = f"{waiting} wait for more than two minutes, {under_way} under way"
    if jobs.filter(status="doing", worker__last_heartbeat__gt=now - SILENT).exists():
        remedy = "All slots are taken: raise FOUNDRY_RUN_SLOTS, or start another manage.py runner."
        return warn("Runs", said, remedy)
    return bad("Runs", said, "Start manage.py runner (docs/operations/foundry-runner.service) and read its log.")


def examine() -> Diagnoses:
    """Whether runs are begun, every key can be decrypted, and repositories can be used."""
    yield _queue()
    lost = lost_keys()
    if lost:
        names = ", ".join(lost)
        remedy = "Put back the encryption key that they were stored with, or replace them."
        yield bad("Keys of models and repositories", f"cannot be decrypted: {names}", remedy)
    else:
        yield ok("Keys of models and repositories", f"{Secret.objects.count()}, all can be decrypted")
    yield from _examine_repositories()


def _examine_repositories() -> Diagnoses:
    """Whether git is there, what this machine's copies take, and whether pull requests are made."""
    connected = Repository.objects.filter(is_connected=True).count()
    try:
        version = run_git("--version", seconds=SHORT).decode().strip()
    except GitError as error:
        if connected:
            yield bad("Repositories", f"{connected} connected, {error.detail}", "Install git 2.39 or newer.")
        return
    copies = [path for path in clones_folder().glob("*.git") if path.is_dir()]
    size = sum(file.stat().st_size for copy in copies for file in copy.rglob("*.pack"))
    text = f"{connected} connected, {len(copies)} copied here ({size // 1024**2} MiB), {version}"
    broken = [copy.name for copy in copies if not _is_readable(copy)]
    if broken:
        remedy = f"Delete them in {clones_folder()}; a runner makes them anew."
        yield bad("Repositories", f"copies cannot be read: {', '.join(broken)}", remedy)
    else:
        yield ok("Repositories", text)
    late = PullRequest.objects.filter(status=PullRequestStatus.QUEUED, asked_at__lt=timezone.now() - WAITING)
    if count := late.count():
        remedy = "Start manage.py runner (docs/operations/foundry-runner.service) and read its log."
        yield bad("Pull requests", f"{count} wait for more than two minutes", remedy)


def _is_readable(copy: Path) -> bool:
    """Whether git knows a copy, with all refs of it."""
    try:
        run_git("for-each-ref", folder=copy, seconds=SHORT)
    except GitError:
        return False
    return True
