"""Compares the lines of a project's file with its own events, by the same rules as `verify_audit`.

The hashes in the file link its events; only the site can say who made that chain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from audit.models import SITE_CHAIN
from audit.rebuilding.comparison import Rebuilding
from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import REBUILT_TABLES, Table
from drafts.exchange import lines, registry
from drafts.exchange.files import FileCheck
from drafts.exchange.refusals import refuse
from locking.rebuilding import LEASES
from projects.rebuilding import BEGINNINGS, MEMBERS, PROJECTS

# A person, by the type of the line that names them and the key of that line.
People = dict[tuple[str, str | int], Mapping[str, Any]]
_LOCKS: Final = ("lock.acquired", "lock.handed_over", "lock.taken_over")
_MEMBERS: Final = ("member.added", "member.role_changed")
NAMING: Final = ("draft.saved", *_LOCKS, *_MEMBERS, *BEGINNINGS)


def named_by(fact: Fact) -> Iterator[tuple[tuple[str, str | int], Mapping[str, Any]]]:
    """The people whom an event names, by the line about them: version (id), lease (token), member, or project."""
    actor = fact.record["actor"]
    who = {"id": actor["id"], "display_name": actor["name"], "kind": actor["kind"]}
    if fact.action == "draft.saved":
        yield ("draft", fact.target_id), who
        yield ("lease", fact.seq), who
    elif fact.action in _LOCKS:
        yield ("lease", fact.seq), fact.data["holder"]
    elif fact.action in _MEMBERS:
        yield ("member", fact.target_id), fact.data["user"]
    elif fact.action in BEGINNINGS:
        yield ("project", fact.target_id if fact.chain == SITE_CHAIN else fact.chain), who


@dataclass(slots=True)
class Agreement:
    """The tables of a file, rebuilt from its events; each line is then compared with them."""

    header: lines.Header
    # The SHA-256 of every content in the file, and of those that rows refer to which are imported.
    known_contents: Collection[str]
    files: FileCheck
    contents: set[str] = field(default_factory=set)
    rebuilding: Rebuilding = field(init=False)
    people: People = field(default_factory=dict)
    drafts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    # The rows of types that a check examines together, by type of line.
    kept: dict[str, list[registry.Row]] = field(default_factory=dict)
    not_compared: dict[str, int] = field(default_factory=dict)
    _tables: dict[str, Table] = field(init=False)

    def __post_init__(self) -> None:
        # The file has no events of the chain `site`.
        rebuilt = {table.model: table for table in REBUILT_TABLES.values() if table.chain is not None}
        exported = registry.EXPORTED_TABLES.items()
        self._tables = {kind: rebuilt[table.model] for kind, table in exported if table.model in rebuilt}
        self.rebuilding = Rebuilding([PROJECTS, MEMBERS, LEASES, *self._tables.values()])

    @property
    def has_recorded_names(self) -> bool:
        """Whether the lines name people as the events do; older files have their names at the time of the export."""
        return self.header.format != lines.FORMAT_WITHOUT_RECORDED_NAMES

    def take_draft(self, line: lines.DraftLine) -> None:
        facts = {"project_id": self.header.project.id, "version_number": line.version}
        self.drafts[str(line.id)] = {**facts, "content_hash": line.content_hash}

    def take_event(self, fact: Fact) -> None:
        finding = self.rebuilding.take(fact)
        if finding is not None:
            raise refuse(f"The event is not complete: {finding.what}.")
        self.people.update(named_by(fact))

    def check_draft_people(self, line_people: Mapping[str, lines.ExportedPerson]) -> None:
        """Check the authors, by the id of their version, once all events are known."""
        for identity, person in line_people.items():
            self._check_person(person, "draft", identity)

    def check_header(self, current: str | None) -> None:
        said = self.header.project
        status = self.rebuilding.rows[PROJECTS].columns((said.id,)).get("status")
        values = {
            "id": said.id,
            "name": said.name,
            "description": said.description,
            "is_private": said.is_private,
            "status": said.status,
            "created_at": said.created_at,
            "created_by_id": said.created_by.id,
            "current_draft_id": UUID(current) if current else None,
        }
        what = self.rebuilding.compare_row(PROJECTS, values)
        if what is not None or status is None:
            raise refuse(f"The header's project is not what the events say: {what or 'no event made it'}.")
        self._check_person(said.created_by, "project", str(said.id))

    def take_lease(self, line: lines.LeaseLine) -> None:
        values = {
            "lease_id": line.lease_id,
            "project_id": self.header.project.id,
            "field": line.field,
            "token": line.token,
            "user_id": line.user.id,
            "session_id": line.session,
            "started_at": line.started_at,
            "ended_at": line.ended_at,
            "end_reason": line.end_reason,
        }
        what = self.rebuilding.compare_row(LEASES, values)
        if what:
            raise refuse(f"The lease of {line.field} is not what event {line.token} says: {what}.")
        self._check_person(line.user, "lease", line.token)

    def take_member(self, line: lines.MemberLine) -> None:
        values = {"project_id": self.header.project.id, "user_id": line.user.id, "role": line.role}
        what = self.rebuilding.compare_row(MEMBERS, {**values, "added_at": line.added_at})
        if what:
            raise refuse(f"The events do not make {line.user.display_name} {line.role}: {what}.")
        self._check_person(line.user, "member", str(line.user.id))

    def take_row(self, line: lines.ExtensionLine) -> None:
        """Check a row of a registered table; a row of a type that is not installed here is only counted."""
        exported = registry.EXPORTED_TABLES.get(line.type)
        if exported is None:
            self._count_uncompared(f"lines of type {line.type}, which this Foundry does not know")
            return
        row = exported.read(line.row, is_former=self.header.is_former)
        self._take_contents(exported, row)
        is_kept = registry.is_checked_together(line.type)
        table = self._tables.get(line.type)
        if table is not None:
            what = self.rebuilding.compare_row(table, table.values_of(lambda lookup: self._look(row, lookup)))
            if what:
                raise refuse(f"The {table.name} is not what its events say: {what}.")
        elif not is_kept:
            self._count_uncompared(f"lines of type {line.type}, which are not in events")
        if is_kept:
            self.kept.setdefault(line.type, []).append(row)

    def _count_uncompared(self, what: str) -> None:
        self.not_compared[what] = self.not_compared.get(what, 0) + 1

    def _take_contents(self, exported: registry.ExportedTable, row: registry.Row) -> None:
        for sha256 in exported.contents(row) if exported.contents else ():
            if sha256 not in self.known_contents:
                raise refuse(f"The content {sha256} is not in the file.")
            if exported.import_rows is not None:
                self.contents.add(sha256)
        for sha256, other in exported.files(row) if exported.files else ():
            self.files.check(sha256, other)

    def finish(self) -> None:
        """Check that no recorded row is missing, and run the checks that examine several rows together."""
        for table in (MEMBERS, LEASES, *self._tables.values()):
            for finding in self.rebuilding.missing(table):
                raise refuse(f"{finding.where.rpartition('#')[2]}: {finding.what}.")
        for what in registry.faults(self.kept):
            raise refuse(what)
        for (name, column), count in self.rebuilding.not_compared.items():
            self.not_compared[f"{column} of {name}, recorded before events had it"] = count
        if not self.has_recorded_names:
            self.not_compared["names of people, as they were called when the file was written"] = 1

    def _look(self, row: registry.Row, lookup: str) -> Any:
        relation, _, name = lookup.partition("__")
        if not name:
            return row[lookup]
        identity = row[f"{relation}_id"]
        return self.drafts.get(str(identity), {}).get(name) if identity else None

    def _check_person(self, person: lines.ExportedPerson, kind: str, identity: str | int) -> None:
        known = self.people.get((kind, identity))
        said = {"id": str(person.id), "display_name": person.display_name, "kind": person.kind}
        if known is None or known["id"] != said["id"] or (self.has_recorded_names and dict(known) != said):
            raise refuse(f"{person.display_name} is named otherwise by the event of this {kind}.")
