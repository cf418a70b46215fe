"""Running a run: claim it, have its kind's worker ask its model, end it. In the process of `manage.py runner`."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import Unavailable
from stages.runs.agents.base import AgentFailed
from stages.runs.asking import MAX_PATIENCE
from stages.runs.clients import new_router
from stages.runs.console_writer import ConsoleWriter
from stages.runs.jobs import queue_run
from stages.runs.kinds import WORKERS
from stages.runs.kinds.work import Work
from stages.runs.llm.errors import Cause, ModelError
from stages.runs.llm.router import LLMRouter
from stages.runs.models import Run, RunStatus
from stages.runs.reading import load_run
from stages.runs.services.metering import MustWait, seconds_to_place
from stages.runs.services.working import Claim, RunFenced, claim_run, finish_run, requeue_run
from stages.runs.threads import persist
from stages.runs.trees.errors import TreeError

logger = logging.getLogger(__name__)

INTERNAL: Final = "internal"
INTERNAL_WORDS: Final = gettext_lazy(
    "Something went wrong at this site; the details are in the runner’s log. Please tell your operator."
)
# Before a run is begun anew that PostgreSQL was away from.
AWAY_SECONDS: Final = 30.0
# Clients belong to an event loop.
_routers: WeakKeyDictionary[asyncio.AbstractEventLoop, LLMRouter] = WeakKeyDictionary()


async def execute(run_id: UUID) -> None:
    """Run a run to its end, unless it has ended or another worker runs it."""
    await persist(partial(_give_back_lost, run_id))
    if not await _wait_for_place(run_id):
        return
    claim = await persist(partial(claim_run, run_id=run_id))
    if claim is None:
        return
    try:
        await _execute(claim)
    except RunFenced:
        logger.info("run %s is not this worker's any more", run_id)
    except MustWait as wait:
        # Others are to have its place meanwhile.
        give_back = partial(requeue_run, run_id=run_id, attempt=claim.attempt, lost=False, delay=wait.seconds)
        await persist(give_back)
    except Unavailable:
        # PostgreSQL was away for longer than anything waits; an attempt that asked the model may not repeat for ever.
        logger.warning("run %s goes on later: PostgreSQL was away", run_id)
        await persist(partial(requeue_run, run_id=run_id, attempt=claim.attempt, lost=True, delay=AWAY_SECONDS))
    except asyncio.CancelledError:
        # Stopped by a person, whose write has ended the run; or this process stops, and another one goes on.
        await persist(partial(requeue_run, run_id=run_id, attempt=claim.attempt, lost=False))
        raise
    except Exception:
        # A fault of ours, which another attempt would meet again.
        logger.exception("run %s failed", run_id)
        await persist(partial(_fail, claim, INTERNAL, str(INTERNAL_WORDS)))


async def _wait_for_place(run_id: UUID) -> bool:
    """Wait until the limits of calls leave a place for a run; nothing of that goes on record.

    False: they do not for `MAX_PATIENCE` seconds. Others are to have its place meanwhile, and its job comes back.
    """
    waited = 0.0
    try:
        while seconds := await persist(partial(_seconds_to_place, run_id)):
            if waited + seconds > MAX_PATIENCE:
                await persist(partial(queue_run, run_id, seconds))
                return False
            await asyncio.sleep(seconds)
            waited += seconds
    except asyncio.CancelledError:
        # This process stops, or a person has stopped the run, and its job finds that.
        await persist(partial(queue_run, run_id))
        raise
    return True


def _seconds_to_place(run_id: UUID) -> float:
    run = load_run(run_id)
    if run.status != RunStatus.QUEUED:
        return 0.0
    return seconds_to_place(project_id=run.project_id, profile=run.profile)


async def _execute(claim: Claim) -> None:
    run = await persist(partial(load_run, claim.run_id))
    async with ConsoleWriter(claim) as console:
        if claim.attempt > 1:
            console.step(_("Starting again, attempt {number}").format(number=claim.attempt))
        try:
            result = await console.guard(WORKERS[run.experiment.kind](Work(claim, run, console, _router())))
        except ModelError as error:
            # What a name resolves to is nobody's business here.
            shown = "" if error.cause is Cause.ADDRESS_REFUSED else error.detail
            await _fail_with(claim, console, shown, error.cause.value, error.words)
            return
        except (AgentFailed, TreeError) as error:
            await _fail_with(claim, console, str(error), error.code, str(error))
            return
        await console.flush()
    await persist(partial(_end, claim, RunStatus.SUCCEEDED, **asdict(result)))


async def _fail_with(claim: Claim, console: ConsoleWriter, shown: str, error: str, detail: str) -> None:
    """End a run that failed; `shown` is what its console says of it."""
    if shown:
        console.warn(shown)
    await console.flush()
    await persist(partial(_fail, claim, error, detail))


def _fail(claim: Claim, error: str, detail: str) -> None:
    _end(claim, RunStatus.FAILED, error=error, detail=detail)


def _end(claim: Claim, status: RunStatus, **facts: Any) -> None:
    """End a run; nothing happens where it has ended, also by an earlier try of this."""
    with suppress(RunFenced):
        finish_run(claim=claim, status=status, **facts)


def _router() -> LLMRouter:
    """The clients of this event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _routers:
        _routers[loop] = new_router()
    return _routers[loop]


def _give_back_lost(run_id: UUID) -> None:
    """A job that was queued again finds its run under way: the worker that began it was lost."""
    run = Run.objects.get(pk=run_id)
    if run.status == RunStatus.RUNNING:
        requeue_run(run_id=run_id, attempt=run.attempt, lost=True, with_job=False)
