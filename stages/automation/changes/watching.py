"""The scripts that are on at this site and watch something, as one value for each project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from uuid import UUID

from drafts.memory import Memory
from kernel.statements import RowValues
from stages.automation.changes.triggers import Watched, watched_by
from stages.automation.executing.scripts import grants_of, load_script, switch_of
from stages.automation.switched_on import switched_on

_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Watches:
    """Scripts by what they watch: those of a table or of columns of it, of a relation, and of texts."""

    scripts: Mapping[UUID, Watched] = field(default_factory=dict)
    by_table: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)
    by_relation: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)
    of_fields: tuple[UUID, ...] = ()


class Watching(NamedTuple):
    """What is watched, and the scripts whose job is queued already."""

    watches: Watches
    queued: frozenset[UUID]


# Nothing of these becomes outdated: what a script watches by its row and its switch, all of it by those of all scripts.
_watched: Memory[tuple[UUID, str, str], Watched | None] = Memory(_KEPT * 20)
_watches: Memory[tuple[tuple[UUID, str, str], ...], Watches] = Memory(_KEPT)


def watching(project_id: UUID, row: RowValues | None = None) -> Watching:
    """What scripts of a project watch; `row` are the `switched_on_values`, where they were read under its lock."""
    scripts = switched_on(project_id, row).scripts
    if not scripts:
        return Watching(Watches(), frozenset())
    keys: list[tuple[UUID, str, str]] = []
    queued = []
    for each in scripts.split():
        record, shown, switch, is_queued = each.split(":")
        keys.append((UUID(record), shown, switch))
        if is_queued == "1":
            queued.append(UUID(record))
    key = tuple(keys)
    found = _watches.recall([key]).get(key)
    if found is None:
        found = _together(_load(project_id, keys))
        _watches.keep({key: found})
    return Watching(found, frozenset(queued))


def _together(scripts: Mapping[UUID, Watched]) -> Watches:
    by_table: defaultdict[str, list[UUID]] = defaultdict(list)
    by_relation: defaultdict[str, list[UUID]] = defaultdict(list)
    for script, watched in scripts.items():
        for table in {*watched.columns, *watched.tables}:
            by_table[table].append(script)
        for relation in watched.relations:
            by_relation[relation].append(script)
    return Watches(
        scripts,
        {table: tuple(each) for table, each in by_table.items()},
        {relation: tuple(each) for relation, each in by_relation.items()},
        tuple(script for script, watched in scripts.items() if watched.fields),
    )


def _load(project_id: UUID, keys: Iterable[tuple[UUID, str, str]]) -> dict[UUID, Watched]:
    """What each script watches; nothing where its text is another one than the one that is on."""
    wanted = list(keys)
    known = _watched.recall(wanted)
    if missing := [key for key in wanted if key not in known]:
        read = {key: _watched_by(project_id, key[0]) for key in missing}
        _watched.keep(read)
        known |= read
    return {record: watched for (record, _row, _switch), watched in known.items() if watched is not None}


def _watched_by(project_id: UUID, record: UUID) -> Watched | None:
    script = load_script(project_id, record)
    switch = switch_of(project_id, script) if script is not None else None
    if script is None or switch is None:
        return None
    found = watched_by(script.settings.on_change, grants_of(switch))
    return found if found != Watched() else None
