"""What waits for scripts is looked at: their next execution begins with it, or it waits on."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef
from uuid_utils.compat import uuid7

from kernel.statements import database_now, run
from projects.models import Member, Role, Status
from projects.permissions import OPEN_OR_REPLICA
from projects.writing import ProjectWrite, upkeep_write
from stages.automation.changes.subjects import Subject, Values
from stages.automation.changes.triggers import Watched, watched_by
from stages.automation.changes.values import sides
from stages.automation.choices import ENDED, WAITS, Cause, Kind
from stages.automation.executing.scripts import Script, grants_of, load_script, switch_of
from stages.automation.executing.undecided import open_proposal
from stages.automation.facets import SCRIPT
from stages.automation.jobs import is_queued, queue_changes, queue_execution
from stages.automation.models import Due, Execution, Switch
from stages.automation.services.account import scripts_caller
from stages.automation.services.on_change import AT_ONCE, failures_in_a_row, is_owner, pause
from stages.registers.models import Row
from stages.registers.storing.storage import PostgresStorage

# Seconds for which nothing that a script watches has changed: then it is given all that waits.
QUIET: Final = 2.0
# Seconds after which it is given what is quiet, though something else still changes.
PATIENCE: Final = 15.0
# Seconds after which it is given what changes all the time.
LONGEST: Final = 300.0
# Characters of all changes that one execution is given.
MAX_GIVEN: Final = 2 << 20

_WAITING: Final = """
SELECT count(*), extract(epoch FROM clock_timestamp() - min(since))::float,
    extract(epoch FROM clock_timestamp() - max(changed_at))::float
FROM automation_due WHERE project_id = %s AND record = %s
"""
# Those that are quiet come first, the oldest of them first.
_NEXT: Final = """
SELECT id, subject, first, generation, is_quiet FROM (
    SELECT id, subject, first::text AS first, generation,
        changed_at <= clock_timestamp() - make_interval(secs => %s)
        OR since <= clock_timestamp() - make_interval(secs => %s) AS is_quiet
    FROM automation_due WHERE project_id = %s AND record = %s
) AS due ORDER BY is_quiet DESC, id LIMIT %s
"""
_TAKE: Final = "DELETE FROM automation_due WHERE id = ANY(%s::bigint[])"


def look_at_changes(project_id: UUID, script_id: UUID) -> Execution | None:
    """Begin an execution with what waits for a script, unless it has to wait on; safe to repeat.

    It waits while it is off, paused or running already, while its open proposal is full, and while it still changes.
    What waits for a script that was removed is dropped.
    """
    switch = Switch.objects.filter(project=project_id, record=script_id).first()
    caller = scripts_caller(switch.changed_by_id if switch is not None else None)
    with upkeep_write(caller=caller, project_id=project_id) as write:
        script = load_script(project_id, script_id)
        if script is None:
            Due.objects.filter(project=project_id, record=script_id).delete()
            return None
        switch = switch_of(project_id, script)
        if switch is None or switch.is_paused or Status(write.project.status) not in OPEN_OR_REPLICA:
            return None
        if not is_owner(project_id, switch.changed_by_id):
            pause(write, project_id, script_id, script.name)
            return None
        if is_running(project_id, script_id) or is_full(project_id, script_id):
            return None
        return _begin(write, script, switch)


def is_running(project_id: UUID, script_id: UUID) -> bool:
    """Whether an execution on change has not ended yet: the next one begins after it."""
    executions = Execution.objects.filter(project=project_id, script=script_id, cause=Cause.CHANGE)
    return executions.exclude(state__in=ENDED).exists()


def is_full(project_id: UUID, script_id: UUID) -> bool:
    """Whether what the script has staged last did not fit into its open proposal, which is still the same."""
    executions = Execution.objects.filter(project=project_id, script=script_id, cause=Cause.CHANGE)
    newest = executions.order_by("-id").values_list("code", flat=True).first()
    return newest == WAITS and open_proposal(project_id, script_id) is not None


def recover_changes() -> None:
    """Pause scripts whose owner is none any more, and queue what waits without a job."""
    owners = Member.objects.filter(
        project=OuterRef("project"), user=OuterRef("changed_by"), role=Role.OWNER, user__is_active=True
    )
    on = Switch.objects.filter(kind=Kind.SCRIPT, is_on=True, is_paused=False)
    for switch in on.filter(~Exists(owners)):
        _pause_without_owner(switch)
    waiting = Due.objects.filter(project=OuterRef("project"), record=OuterRef("record"))
    statuses = [each.value for each in OPEN_OR_REPLICA]
    for switch in on.filter(Exists(waiting), project__status__in=statuses):
        _queue_if_missing(switch.project_id, switch.record)
    scripts = Row.objects.filter(project=OuterRef("project"), facet=SCRIPT, record=OuterRef("record"))
    removed = Due.objects.filter(~Exists(scripts)).values_list("project_id", "record").distinct()
    for project_id, record in removed.order_by("project_id", "record"):
        _queue_if_missing(project_id, record)


def queue_waiting(project_id: UUID, script_id: UUID) -> None:
    """Queue a look at what waits, under the project's lock: a script was switched on."""
    if Due.objects.filter(project=project_id, record=script_id).exists() and not is_queued(script_id):
        queue_changes(project_id, script_id, 0)


def _queue_if_missing(project_id: UUID, script_id: UUID) -> None:
    if is_queued(script_id) or is_running(project_id, script_id) or is_full(project_id, script_id):
        return
    with upkeep_write(caller=scripts_caller(None), project_id=project_id):
        queue_waiting(project_id, script_id)


def _pause_without_owner(switch: Switch) -> None:
    script = load_script(switch.project_id, switch.record)
    if script is None or not script.settings.on_change:
        return
    with upkeep_write(caller=scripts_caller(switch.changed_by_id), project_id=switch.project_id) as write:
        if not is_owner(switch.project_id, switch.changed_by_id):
            pause(write, switch.project_id, switch.record, script.name)


def _begin(write: ProjectWrite, script: Script, switch: Switch) -> Execution | None:
    project_id, script_id = write.project.id, UUID(script.id)
    most = AT_ONCE[min(failures_in_a_row(project_id, script_id), len(AT_ONCE) - 1)]
    ((count, waited, quiet),) = run((_WAITING, [project_id, script_id]))
    if not count:
        return None
    rows = run((_NEXT, [QUIET, LONGEST, project_id, script_id, most]))
    if count < most and quiet < QUIET:
        rows = [row for row in rows if row[4]] if waited >= PATIENCE else []
    if not rows:
        _look_again(project_id, script_id, max(0.5, QUIET - quiet))
        return None
    taken, changes, generation = _given(rows, _values(write, script, switch))
    run((_TAKE, [taken]))
    if not changes:
        _look_again(project_id, script_id, 0)
        return None
    execution = Execution(
        id=uuid7(),
        project_id=project_id,
        script=script_id,
        name=script.name,
        sha256=script.sha256,
        cause=Cause.CHANGE,
        person_id=switch.changed_by_id,
        changes=changes,
        generation=generation,
        created_at=database_now(),
    )
    execution.save(force_insert=True)
    queue_execution(execution.id)
    return execution


def _look_again(project_id: UUID, script_id: UUID, seconds: float) -> None:
    if not is_queued(script_id) and Due.objects.filter(project=project_id, record=script_id).exists():
        queue_changes(project_id, script_id, seconds)


def _values(write: ProjectWrite, script: Script, switch: Switch) -> tuple[Watched, Values]:
    storage = PostgresStorage(write.project.id)
    storage.open()
    draft = write.project.current_draft
    fields = {name: content.sha256 for name, content in draft.fields.items()} if draft is not None else {}
    watched = watched_by(script.settings.on_change, grants_of(switch))
    return watched, Values(storage, fields, watched)


def _given(rows: list[tuple[Any, ...]], at: tuple[Watched, Values]) -> tuple[list[int], list[dict[str, Any]], int]:
    """The ids of what is taken, the changes as a script is given them, and their highest generation.

    What is watched no more, and what was changed back, is taken and not given.
    """
    watched, values = at
    read = [(row, Subject.read(row[1])) for row in rows]
    values.prefetch(subject for _row, subject in read if subject.is_watched(watched))
    taken: list[int] = []
    changes: list[dict[str, Any]] = []
    generation, size = 0, 0
    for (due, _subject, first, of, _is_quiet), subject in read:
        change = _change(subject, json.loads(first) if first is not None else None, values, watched)
        size += len(json.dumps(change))
        if size > MAX_GIVEN and changes:
            break
        taken.append(due)
        if change:
            changes.append(change)
            generation = max(generation, of)
    return taken, changes, generation


def _change(subject: Subject, first: Any, values: Values, watched: Watched) -> dict[str, Any]:
    if not subject.is_watched(watched):
        return {}
    newest = values.of(subject)
    return {**subject.names(), **sides(first, newest)} if newest != first else {}
