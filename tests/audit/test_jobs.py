"""The worker does what is due, from a queue in the same Postgres."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.checkpoints.models import Checkpoint
from audit.jobs import seal_checkpoint, verify_chains
from audit.models import ChainVerification
from tests.patience import COMMAND_PATIENCE
from tests.publishing.reviews import Review


def work(environment: dict[str, str]) -> None:
    """One worker, in a process of its own as `script/run` starts it, until the queue is empty."""
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--one-shot"]
    subprocess.run(
        command, cwd=settings.BASE_DIR, env={**os.environ, **environment}, check=True, timeout=COMMAND_PATIENCE
    )


def test_a_worker_seals_a_checkpoint_where_something_was_recorded(
    own_db: str, process_environment: dict[str, str], make_review: Callable[[], Review]
):
    """In a database of its own: in the shared one other tests' workers have jobs of the same kind in the queue."""
    make_review()
    environment = {**process_environment, "DATABASE_URL": own_db}
    before = Checkpoint.objects.latest("number").number if Checkpoint.objects.exists() else 0
    sealed = []
    for timestamp in (1, 2):
        job = seal_checkpoint.configure().defer(timestamp=timestamp)

        work(environment)

        assert not ProcrastinateJob.objects.filter(pk=job).exists(), "left in the queue"
        sealed.append(Checkpoint.objects.latest("number"))
    first, second = sealed
    assert first.number > before
    assert second.number == first.number


def test_every_chain_is_walked_in_time(review: Review):
    verify_chains(timestamp=1)

    verification = ChainVerification.objects.get(chain=str(review.project.id))
    assert (verification.seq, verification.fault) == (6, "")
