"""Ended executions against the events of their start and their end (control c02)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from audit.findings import Finding
from audit.models import Event
from blobs.models import sha256_of
from kernel.canonical import canonical
from proposals.models import Proposal
from stages.automation.choices import ENDED, Cause
from stages.automation.events import SCRIPT_COMPLETED, SCRIPT_STARTED
from stages.automation.models import Execution
from stages.automation.proof.figures import record_sha256

_AT_ONCE: Final = 500
_Each = TypeVar("_Each")


def check_executions() -> Iterator[Finding]:
    """Compare every execution with its events, and the other way round."""
    ends: dict[UUID, int] = {}
    events = Event.objects.filter(action=SCRIPT_COMPLETED.name).order_by("chain", "seq")
    for some in _batches(events.iterator(chunk_size=_AT_ONCE)):
        rows = _rows(event.data["execution_id"] for event in some)
        for event in some:
            execution = rows.get(event.data["execution_id"])
            faults = _faults_of_end(event, execution)
            if execution is not None:
                ends[execution.id] = ends.get(execution.id, 0) + 1
                faults = [*faults, *(["it ended before"] if ends[execution.id] > 1 else [])]
            yield from (Finding(_where(event), fault, event.chain) for fault in faults)
    yield from _unrecorded(ends.keys())
    yield from _starts()


def check_proposals() -> Iterator[Finding]:
    """Check that what an execution names as its proposal was proposed by it, or by its script."""
    proposed = (
        Execution.objects.exclude(proposal=None).order_by("pk").values_list("id", "script", "proposal_id", "project_id")
    )
    for some in _batches(proposed.iterator(chunk_size=_AT_ONCE)):
        found = Proposal.objects.in_bulk([proposal for _id, _script, proposal, _project in some])
        for execution_id, script, proposal_id, project_id in some:
            proposal = found.get(proposal_id)
            of_it = {("execution", str(execution_id)), ("script", str(script))}
            if proposal is not None and (
                (proposal.origin_type, proposal.origin_id) not in of_it or proposal.project_id != project_id
            ):
                where = f"execution {execution_id}"
                yield Finding(where, f"proposal {proposal_id} was not made by it", str(project_id))


def _rows(ids: Iterable[str]) -> dict[str, Execution]:
    return {str(key): each for key, each in Execution.objects.in_bulk(list(map(UUID, ids))).items()}


def _faults_of_end(event: Event, execution: Execution | None) -> list[str]:
    data = event.data
    name = f"execution {data['execution_id']}"
    if execution is None:
        return [f"the {name} it recorded is gone"]
    said = _said(data) | {"project": event.chain, "ended_at": event.at}
    shown = _shown(execution)
    faults = [f"{name}: its {each} was changed" for each in said if said[each] != shown[each]]
    if "record_sha256" in data and data["record_sha256"] != record_sha256(execution) and not faults:
        faults.append(f"{name}: what it came to was changed")
    return faults


def _said(data: Any) -> dict[str, Any]:
    names = ("script_id", "script", "sha256", "cause", "person_id", "state", "code", "line", "attempt")
    found = {each: data[each] for each in names}
    return found | {"log": data["log"] or "", "proposal_id": data["proposal_id"]}


def _shown(execution: Execution) -> dict[str, Any]:
    proposal_id = execution.proposal_id
    return {
        "script_id": str(execution.script),
        "script": execution.name,
        "sha256": execution.sha256,
        "cause": execution.cause,
        "person_id": str(execution.person_id),
        "state": execution.state,
        "code": execution.code,
        "line": execution.line,
        "attempt": execution.attempt,
        "log": execution.log,
        "proposal_id": str(proposal_id) if proposal_id is not None else None,
        "project": str(execution.project_id),
        "ended_at": execution.ended_at,
    }


def _unrecorded(ended: Iterable[UUID]) -> Iterator[Finding]:
    known = set(ended)
    rows = Execution.objects.filter(state__in=ENDED).order_by("pk").values_list("id", "project_id")
    for execution_id, project_id in rows.iterator(chunk_size=_AT_ONCE):
        if execution_id not in known:
            yield Finding(f"execution {execution_id}", "no event recorded its end", str(project_id))


def _starts() -> Iterator[Finding]:
    """Compare executions that people started with the events of these starts."""
    started: set[UUID] = set()
    events = Event.objects.filter(action=SCRIPT_STARTED.name).order_by("chain", "seq")
    for some in _batches(events.iterator(chunk_size=_AT_ONCE)):
        rows = _rows(event.data["execution_id"] for event in some)
        for event in some:
            execution = rows.get(event.data["execution_id"])
            name = f"execution {event.data['execution_id']}"
            if execution is None:
                yield Finding(_where(event), f"the {name} it recorded is gone", event.chain)
                continue
            started.add(execution.id)
            said = (event.data["args"], event.data["sha256"], event.at, str(event.actor_id), event.chain)
            person, project = str(execution.person_id), str(execution.project_id)
            digest = sha256_of(canonical(execution.args).encode())
            if said != (digest, execution.sha256, execution.created_at, person, project):
                yield Finding(_where(event), f"{name}: what it was started with was changed", event.chain)
    by_hand = Execution.objects.filter(cause=Cause.MANUAL).order_by("pk").values_list("id", "project_id")
    for execution_id, project_id in by_hand.iterator(chunk_size=_AT_ONCE):
        if execution_id not in started:
            yield Finding(f"execution {execution_id}", "no event recorded its start", str(project_id))


def _where(event: Event) -> str:
    return f"{event.chain}#{event.seq}"


def _batches(listed: Iterable[_Each]) -> Iterator[list[_Each]]:
    rest = iter(listed)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
