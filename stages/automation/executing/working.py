"""Running an execution, in the process of `manage.py runner`: begin it, run its script, end it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import close_old_connections

from accounts.callers import foundry_caller
from audit.keys.sealing import ensure_site_key
from kernel.transactions import one_moment
from projects.fields import CONFIGURATION, PROMPT
from projects.models import Project
from proposals.kinds import DEFAULT_KIND
from stages.automation import lua
from stages.automation.choices import Cause
from stages.automation.executing.bounds import limits
from stages.automation.executing.host import RegistersHost
from stages.automation.executing.requests import Requests
from stages.automation.executing.staging import Staging, changed_records
from stages.automation.executing.undecided import Undecided, undecided_of
from stages.automation.executing.viewers import Viewers
from stages.automation.lua import Outcome, Report
from stages.automation.services.executions import (
    Claim,
    ExecutionFenced,
    Staged,
    begin_execution,
    end_execution,
    fail_execution,
    give_back_execution,
)
from stages.registers.proposing.targets import NAME

logger = logging.getLogger(__name__)

RECORDS: Final = f"{NAME}:"
FIELDS: Final = f"{DEFAULT_KIND}:"
THREADS: Final = 8
# Seconds after which a transaction that does nothing is used.
KEEPING: Final = 10.0
_executor: Final = ThreadPoolExecutor(THREADS, thread_name_prefix="scripts")


async def execute(execution_id: UUID) -> None:
    """Run an execution to its end, unless it has ended. Cancelled, it is stopped at once, and given back."""
    stop = threading.Event()
    work = asyncio.get_running_loop().run_in_executor(
        _executor, partial(_with_connection, partial(run_execution, execution_id, stop.is_set))
    )
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([work])
        raise


def run_execution(execution_id: UUID, stopped: Callable[[], bool] | None = None) -> None:
    """The same, in this thread. `stopped` says that this process stops, or a person has stopped the execution."""
    claim = begin_execution(execution_id=execution_id)
    if claim is None:
        return
    try:
        outcome, staged = run_claimed(claim, stopped)
        if outcome.state == "stopped":
            give_back_execution(claim=claim)
        else:
            end_execution(claim=claim, outcome=outcome, staged=staged)
    except ExecutionFenced:
        logger.info("execution %s is not this process's any more", execution_id)
    except Exception:
        logger.exception("execution %s failed", execution_id)
        fail_execution(claim=claim)


def run_claimed(claim: Claim, stopped: Callable[[], bool] | None = None) -> tuple[Outcome, Staged]:
    """Run a script on the registers and texts of one moment (ADR 0041): how it ended, and what it staged."""
    execution = claim.execution
    # Signatures are tried with it; a transaction that only reads could not make it.
    ensure_site_key(caller=foundry_caller())
    viewers = Viewers(claim)
    # Whoever watches it sees that it has begun.
    viewers.flush()
    most = limits()
    requests = Requests(claim.grants, time.monotonic() + most.seconds)
    with closing(requests), one_moment():
        draft = Project.objects.select_related("current_draft").get(pk=execution.project_id).current_draft
        staging = Staging(claim.caller, execution.project_id, execution.id)
        undecided = Undecided()
        if execution.cause == Cause.CHANGE:
            undecided = undecided_of(execution.project_id, execution.script)
            staging.resume({name: value for name, value in undecided.changes.items() if name.startswith(RECORDS)})
        texts = texts_of(undecided.changes)
        host = RegistersHost(staging, claim.grants, draft, requests, texts)
        resumed = len(staging.payloads)
        outcome = lua.run(
            claim.script.source,
            libraries=claim.libraries,
            arguments=execution.args,
            context=_context(claim),
            host=host,
            limits=most,
            on_log=viewers.log,
            on_progress=viewers.on_progress,
            on_figures=viewers.count,
            stopped=keeping_transaction(stopped, viewers.send_waiting),
        )
        changes = {**staging.changes(), **_changes_of_texts(host.texts)}
    viewers.flush()
    count = len(changed_records(staging.payloads)) + len(host.texts)
    is_news = len(staging.payloads) > resumed or host.texts != texts
    base = draft.version_number if draft is not None else 0
    whys = {name: why for name, why in staging.whys.items() if name.removeprefix(FIELDS) in changes}
    report = Report(viewers.progress, whys)
    return replace(outcome, report=report), Staged(changes, base, count, undecided, is_news=is_news)


def _context(claim: Claim) -> dict[str, Any]:
    execution = claim.execution
    return {
        "script": claim.script.name,
        "cause": execution.cause,
        "project": str(execution.project_id),
        "person": str(execution.person_id),
        "execution": str(execution.id),
        "started": execution.created_at.isoformat(),
        "changes": [_given(each) for each in execution.changes],
    }


def _given(change: Mapping[str, Any]) -> dict[str, Any]:
    """A change as a script gets it: without the hashes that only we need, and without what is not there."""
    return {name: value for name, value in change.items() if value is not None and not name.endswith("_sha256")}


def texts_of(changes: Mapping[str, Any]) -> dict[str, str | None]:
    """The texts of fields of the project among the changes of a proposal."""
    fields = {name: value for name, value in changes.items() if not name.startswith(RECORDS)}
    return {name: value["content"] if isinstance(value, Mapping) else value for name, value in fields.items()}


def _changes_of_texts(texts: Mapping[str, str | None]) -> dict[str, Any]:
    return {
        field: text if field in (PROMPT, CONFIGURATION) or text is None else {"content": text}
        for field, text in texts.items()
    }


def keeping_transaction(stopped: Callable[[], bool] | None, also: Callable[[], None]) -> Callable[[], bool]:
    """`stopped`, which is asked some times a second, and `also` with it; now and then it uses the transaction.

    Postgres ends a transaction in which nothing happens for 30 seconds, and a script may compute or wait for longer.
    """
    used = time.monotonic()

    def ask() -> bool:
        nonlocal used
        if time.monotonic() - used > KEEPING:
            used = time.monotonic()
            Project.objects.order_by().only("pk").first()
        also()
        return stopped is not None and stopped()

    return ask


def _with_connection(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        close_old_connections()
