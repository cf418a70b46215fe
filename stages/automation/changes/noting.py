"""Changes that scripts watch are noted with the write that makes them, in its transaction and under its lock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import Max

from accounts.callers import foundry_caller
from audit.services import Target, record
from drafts.new_versions import NewVersion
from kernel.statements import Statement, run
from proposals.models import Proposal
from stages.automation.changes.subjects import Subject
from stages.automation.changes.triggers import ALL, Watched
from stages.automation.changes.values import Kept, cell_of, first_of, kept, link_of, names_of, row_of
from stages.automation.changes.watching import Watches, watching
from stages.automation.events import SCRIPT_SKIPPED
from stages.automation.jobs import DELAY, queue_changes
from stages.automation.models import Execution
from stages.registers.fold.views import Record
from stages.registers.observers import AppliedBundle

# As `stages.automation.apps` registers it.
OBSERVER: Final = "automation.scripts"
# Of scripts, one behind another, that change what the next one watches.
MAX_GENERATION: Final = 8
# The first value stays; of two generations the higher one counts, so that a circle always comes to its end.
_NOTE: Final = """
INSERT INTO automation_due (project_id, record, subject, first, generation, since, changed_at)
SELECT %s, each.script, each.subject, each.first, %s, coalesce(%s::timestamptz, clock_timestamp()), clock_timestamp()
FROM ROWS FROM (jsonb_to_recordset(%s::jsonb) AS (script uuid, subject text, first jsonb))
WITH ORDINALITY AS each (script, subject, first, place) ORDER BY each.place
ON CONFLICT (project_id, record, subject) DO UPDATE
SET generation = greatest(automation_due.generation, excluded.generation), changed_at = excluded.changed_at
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from: `generation` is 0 for people; `script` is the one that has proposed it by itself."""

    generation: int = 0
    script: UUID | None = None


@dataclass(slots=True)
class Noted:
    """What changed for which script, each subject once with the value before."""

    first: dict[tuple[UUID, str], Kept] = field(default_factory=dict)

    def note(self, script: UUID, subject: Subject, before: Kept, after: Kept) -> None:
        if before != after:
            self.first.setdefault((script, str(subject)), before)


def note_bundle(bundle: AppliedBundle) -> Iterable[Statement]:
    """What a bundle of this site has changed, as it is shown: the statements that note it, with their jobs queued."""
    found = watching(bundle.project_id, bundle.asked(OBSERVER))
    if not found.watches.scripts:
        return []
    noted = Noted()
    _note_records(noted, bundle, found.watches)
    _note_links(noted, bundle, found.watches)
    return _written(bundle.project_id, noted, bundle.proposal, found.queued)


def note_version(version: NewVersion) -> None:
    """Note the texts that a version has changed."""
    project_id = version.draft.project_id
    found = watching(project_id)
    if not found.watches.of_fields:
        return
    noted = Noted()
    before = version.previous.fields if version.previous is not None else {}
    after = version.draft.fields
    for name in version.changed_fields:
        old, new = (each[name].sha256 if name in each else None for each in (before, after))
        for script in found.watches.of_fields:
            if found.watches.scripts[script].watches_field(name):
                noted.note(script, Subject(field=name), kept(old), kept(new))
    origin: Mapping[str, Any] = version.draft.origin or {}
    proposal = UUID(origin["id"]) if origin.get("type") == "proposal" else None
    for statement in _written(project_id, noted, proposal, found.queued):
        run(statement)


def restore(execution: Execution) -> None:
    """Note again what an execution was given in vain; of what changed since, the older value is the first one."""
    first = {(execution.script, str(Subject.of_change(each))): first_of(each) for each in execution.changes}
    values = [execution.project_id, execution.generation, execution.created_at, _spelled(first)]
    run((f"{_NOTE}, first = excluded.first, since = excluded.since", values))


def _note_records(noted: Noted, bundle: AppliedBundle, watches: Watches) -> None:
    rows = bundle.storage.records
    for entity, before in rows.before.items():
        after = rows.rows.get(entity)
        for table in {*_tables(before), *_tables(after)}:
            for script in watches.by_table.get(table, ()):
                for subject, *sides in _compared(watches.scripts[script], (entity, table), before, after):
                    noted.note(script, subject, *map(kept, sides))


def _compared(
    watched: Watched, place: tuple[str, str], before: Record | None, after: Record | None
) -> Iterator[tuple[Subject, Any, Any]]:
    """What a script watches of a record in a table, before and after."""
    entity, table = place
    if (names := watched.tables.get(table)) is not None:
        yield Subject(table=table, id=entity), row_of(before, table, names), row_of(after, table, names)
        return
    columns = watched.columns[table]
    for column in names_of(before, after, table=table) if ALL in columns else sorted(columns):
        subject = Subject(table=table, column=column, id=entity)
        yield subject, cell_of(before, table, column), cell_of(after, table, column)


def _note_links(noted: Noted, bundle: AppliedBundle, watches: Watches) -> None:
    if not watches.by_relation:
        return
    rows = bundle.storage.edges
    for edge, before in rows.before.items():
        after = rows.rows.get(edge)
        for side in (before, after):
            relation = (side.facts.ends.type or "") if side is not None else ""
            for script in watches.by_relation.get(relation, ()):
                subject = Subject(relation=relation, id=edge)
                noted.note(script, subject, kept(link_of(before)), kept(link_of(after)))


def _tables(record: Record | None) -> Iterator[str]:
    if record is not None and record.alive:
        yield from record.fields


def _written(project_id: UUID, noted: Noted, proposal: UUID | None, queued: frozenset[UUID]) -> list[Statement]:
    """The statements that note changes; the job of each script is queued, unless it is already."""
    if not noted.first:
        return []
    origin = origin_of(proposal)
    wanted = {key: first for key, first in noted.first.items() if key[0] != origin.script}
    if not wanted:
        return []
    scripts = sorted({script for script, _subject in wanted})
    if origin.generation > MAX_GENERATION:
        _skip(project_id, scripts, origin.generation)
        return []
    for script in scripts:
        if script not in queued:
            queue_changes(project_id, script, DELAY)
    return [(_NOTE, [project_id, origin.generation, None, _spelled(wanted)])]


def origin_of(proposal_id: UUID | None) -> Origin:
    """Where the changes of an accepted proposal come from.

    What a person has staged beside a script's own changes may be news to it: then the script is not left out.
    """
    if proposal_id is None:
        return Origin()
    proposal = Proposal.objects.filter(pk=proposal_id).first()
    if proposal is None or proposal.origin_type not in ("execution", "script"):
        return Origin()
    if proposal.origin_type == "script":
        script = UUID(proposal.origin_id)
        of_proposal = Execution.objects.filter(project=proposal.project_id, script=script, proposal=proposal)
        generation = of_proposal.aggregate(most=Max("generation"))["most"] or 0
    else:
        execution = Execution.objects.filter(pk=proposal.origin_id, project=proposal.project_id).first()
        if execution is None:
            return Origin()
        script, generation = execution.script, execution.generation
    return Origin(generation + 1, None if proposal.touched else script)


def _skip(project_id: UUID, scripts: Iterable[UUID], generation: int) -> None:
    """Say in the record that scripts were not started: others, one behind another, have led back to them too often."""
    from stages.automation.executing.scripts import load_script

    for each in scripts:
        script = load_script(project_id, each)
        data = {
            "script_id": str(each),
            "name": script.name if script is not None else "",
            "generation": generation,
        }
        target = Target.of("script", each)
        record(caller=foundry_caller(), action=SCRIPT_SKIPPED.name, target=target, data=data, project_id=project_id)


def _spelled(first: Mapping[tuple[UUID, str], Kept]) -> str:
    """Subjects with their first values, as `_NOTE` takes them: one text, which psycopg sends faster than lists."""
    rows = [{"script": str(script), "subject": subject, "first": each} for (script, subject), each in first.items()]
    return json.dumps(rows, ensure_ascii=False)
