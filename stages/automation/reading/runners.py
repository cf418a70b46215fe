"""Whether a process runs scripts at the moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from stages.automation.choices import ExecutionState
from stages.automation.jobs import QUEUE
from stages.automation.models import Execution

# A runner says every ten seconds that it lives.
SILENT: Final = timedelta(seconds=45)
# A runner that has a free slot begins an execution within milliseconds.
PATIENCE: Final = timedelta(seconds=10)


def has_runner() -> bool:
    """Whether a runner that lives works on a script: where one is idle, nobody can say."""
    jobs = ProcrastinateJob.objects.filter(queue_name=QUEUE, status="doing")
    return jobs.filter(worker__last_heartbeat__gt=timezone.now() - SILENT).exists()


def waits_in_vain(execution: Execution) -> bool:
    """Whether an execution has waited for so long that no runner seems to be at work."""
    if execution.state != ExecutionState.QUEUED or execution.created_at > timezone.now() - PATIENCE:
        return False
    return not has_runner()
