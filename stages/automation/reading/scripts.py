"""Scripts and executions of a project, for lists and pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from blobs.models import Blob
from kernel.errors import NotFound
from projects.access import Access, get_project
from proposals.models import Proposal
from stages.automation.executing.grants import Grants
from stages.automation.executing.scripts import Script, script_of_row
from stages.automation.facets import MODULE, SCRIPT
from stages.automation.models import Execution, Switch
from stages.automation.permissions import READ
from stages.registers.models import Row

DISCARDED = "discarded"


class ScriptState(NamedTuple):
    """A script, and whether an owner has switched its text on; `grants` are those of this text."""

    script: Script
    is_on: bool
    grants: Grants
    is_paused: bool = False


class Log(NamedTuple):
    """Lines of a log, `{"level", "text", "at"}`, and what else an execution has said.

    `progress` has `done`, `total` and `text`; `whys` are the reasons of changes, by the names of their targets.
    """

    lines: list[dict[str, Any]]
    is_cut: bool
    progress: Mapping[str, Any]
    whys: Mapping[str, str]


def scripts_of(project_id: UUID) -> list[ScriptState]:
    """The scripts of a project, by what they are called. Two queries."""
    rows = Row.objects.filter(project_id=project_id, facet__in=(SCRIPT, MODULE))
    records = list(rows.values_list("facet", "record", "shown", "conflicts"))
    undecided = {shown.get("name") for facet, _record, shown, conflicts in records if facet == MODULE and conflicts}
    found = [
        script_of_row(str(record), shown, is_conflicted=bool(conflicts) or shown.get("module") in undecided)
        for facet, record, shown, conflicts in records
        if facet == SCRIPT
    ]
    return states_of(project_id, sorted(found, key=lambda each: (each.label.casefold(), each.id)))


def states_of(project_id: UUID, scripts: Iterable[Script]) -> list[ScriptState]:
    """These scripts, and whether they are on."""
    listed = list(scripts)
    switches = Switch.objects.filter(project=project_id, record__in=[each.id for each in listed])
    by_text = {(str(each.record), each.sha256): each for each in switches}
    found = []
    for script in listed:
        switch = by_text.get((script.id, script.sha256))
        is_on = switch is not None and switch.is_on and not script.in_conflict
        grants = Grants.of(switch.grants) if switch is not None else Grants()
        is_paused = is_on and switch is not None and switch.is_paused
        found.append(ScriptState(script, is_on, grants, is_paused))
    return found


def find_execution(user: User, execution_id: UUID) -> tuple[Execution, Access]:
    """An execution that a person may see. Raises the same `NotFound` for one that is not there and for others."""
    execution = Execution.objects.filter(pk=execution_id).first()
    try:
        if execution is not None:
            return execution, get_project(user=user, project_id=execution.project_id, action=READ)
    except NotFound:
        pass
    raise NotFound(_("There is no such execution."))


def proposal_states(executions: Iterable[Execution]) -> Mapping[UUID, str]:
    """What became of the proposals of executions, by their ids; `discarded` where one is gone."""
    wanted = [each.proposal_id for each in executions if each.proposal_id is not None]
    found = dict(Proposal.objects.filter(pk__in=wanted).values_list("pk", "state"))
    return {each: found.get(each, DISCARDED) for each in wanted}


def log_of(execution: Execution) -> Log:
    """The log of an execution that has ended; before, it is live only."""
    if not execution.log:
        return Log([], False, {}, {})
    found = _entries_of(Blob.objects.get(pk=execution.log))
    lines = [each for each in found if "text" in each]
    progress: Mapping[str, Any] = next((each["progress"] for each in found if "progress" in each), {})
    whys = {each["target"]: each["why"] for each in found if "why" in each}
    return Log(lines, any("cut" in each for each in found), progress, whys)


def whys_of(executions: Iterable[Execution]) -> dict[str, str]:
    """The reasons of what these executions, oldest first, have proposed, by the names of targets. One query."""
    logs = [each.log for each in executions if each.log]
    texts = Blob.objects.in_bulk(logs)
    entries = [entry for log in logs if log in texts for entry in _entries_of(texts[log])]
    return {each["target"]: each["why"] for each in entries if "why" in each}


def _entries_of(log: Blob) -> list[dict[str, Any]]:
    return [json.loads(each) for each in log.text.split("\n")]
