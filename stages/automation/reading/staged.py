"""What a private proposal of a script or a view would change, as people read it: by record, with what is there now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from drafts.models import Draft
from drafts.reading import text_of
from projects.models import Project
from proposals.kinds import DEFAULT_KIND, KINDS
from proposals.models import Change, Proposal
from stages.automation.reading.staged_links import ends_of, property_words, with_properties
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.proposing.changes import target_of
from stages.registers.proposing.contents import content_of, contents_now
from stages.registers.proposing.following import follows
from stages.registers.proposing.labels import label_of
from stages.registers.proposing.targets import NAME, RecordTarget
from stages.registers.reading.naming import Named, names_of, text_column
from stages.registers.reading.reader import Reader
from stages.registers.schema.values import show_text
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage

MAX_TEXT: Final = 300
# Characters that are shown before the first difference of long texts.
BEFORE_CHANGE: Final = 40
NEW: Final = "new"
DELETED: Final = "deleted"
# After all columns of all tables.
_LAST: Final = ("~", 0)


@dataclass(frozen=True, slots=True)
class StagedRow:
    """One change: what it is of, what is there now, and then. `why` names the rule that adds it, `target` the change of
    the proposal, empty for what rules add. `place` is its table and its place there: a script names the columns of a
    record in any order, and people read them in the order of the table.
    """

    column: str
    now: str
    then: str
    why: str = ""
    target: str = ""
    place: tuple[str, int] = ("", 0)


@dataclass(slots=True)
class StagedGroup:
    """The changes of one record, or of one field of the project.

    `entity` is the record, empty for others; `change` is `new` or `deleted` where all of it comes or goes, `note` says
    so.
    """

    label: str
    entity: str = ""
    address: str = ""
    change: str = ""
    note: str = ""
    rows: list[StagedRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Entry:
    target: RecordTarget
    now: Any
    then: Any
    why: str
    key: str


def staged_groups(project_id: UUID, proposal: Proposal, *, reader: Reader | None = None) -> list[StagedGroup]:
    """The changes of a proposal in the order of their records, with those that rules would add."""
    changes = list(Change.objects.filter(proposal=proposal).order_by("id"))
    listed = _Listed(project_id, reader or Reader(project_id), changes)
    texts = _texts(project_id, [each for each in changes if each.kind == DEFAULT_KIND])
    return [*listed.groups(), *texts]


class _Listed:
    """Changes of records, sorted into groups."""

    def __init__(self, project_id: UUID, reader: Reader, changes: list[Change]) -> None:
        self._project_id, self._reader = project_id, reader
        self._entries = list(_entries(project_id, [each for each in changes if each.kind == NAME]))
        self._edges = {each.target.parts[0]: each for each in self._entries if each.target.word == "edge"}
        self._new = {
            each.target.parts[0]
            for each in self._entries
            if each.target.word == "record" and each.then and each.now is None
        }
        changed = {each.target.parts[0] for each in self._entries if _is_of_edge(each.target)}
        self._ends = ends_of(project_id, changed - self._edges.keys())
        self._names = names_of(reader, self._entities() - self._new)
        self._found: dict[str, StagedGroup] = {}

    def groups(self) -> list[StagedGroup]:
        for entry in self._entries:
            self._add(entry)
        for each in self._found.values():
            each.rows.sort(key=lambda row: row.place)
        return [each for each in self._found.values() if each.rows or each.note]

    def _entities(self) -> set[str]:
        found = {entity for ends in self._ends.values() for entity in ends}
        for each in self._entries:
            value = each.then if each.then is not None else each.now
            if each.target.word == "edge" and value:
                found |= {value["source"], value["target"]}
            elif each.target.word not in ("edge", "index", "mapping") and not _is_of_edge(each.target):
                found.add(each.target.parts[0])
        return found

    def _add(self, entry: _Entry) -> None:
        target = entry.target
        match target.word:
            case "record":
                group = self._group(target.parts[0])
                if entry.then is False:
                    group.change, group.note = DELETED, _("Deleted")
                elif target.parts[0] in self._new:
                    group.change, group.note = NEW, self._new_words(target.parts[0])
            case "facet" if target.parts[0] not in self._new:
                words = [_("in it"), _("not in it")]
                now, then = words if entry.now else words[::-1]
                self._row(target.parts[0], entry, self._table(target.parts[1]), now, then)
            case "facet":
                pass
            case "field" if not _is_of_edge(target):
                self._field(entry)
            case "text":
                self._row(target.parts[0], entry, self._column(target), *cut_sides(entry.now, entry.then))
            case "field" if target.parts[0] in self._ends:
                self._property(entry)
            case "edge":
                self._edge(entry)
            case _:
                self._row("", entry, label_of(str(target)), "", _("changed"))

    def _field(self, entry: _Entry) -> None:
        entity, facet, name = entry.target.parts
        column = self._reader.table(facet).column(name)
        values = [each["value"] if isinstance(each, Mapping) else None for each in (entry.now, entry.then)]
        now, then = (show_text(column, each, self._name) if column else each for each in values)
        self._row(entity, entry, self._column(entry.target), *cut_sides(now, then))

    def _edge(self, entry: _Entry) -> None:
        value = entry.then if entry.then is not None else entry.now
        if not value:
            return
        relation = self._reader.schema.relations.get(value["type"])
        words = relation.label if relation is not None else value["type"]
        other = with_properties(self._name(value["target"]), relation, value["properties"])
        now, then = ("", other) if entry.then is not None else (other, "")
        self._row(value["source"], entry, words, now, then)

    def _property(self, entry: _Entry) -> None:
        """A property of a link that is there already."""
        edge, facet, name = entry.target.parts
        type_ = facet.removeprefix(EDGE_PREFIX)
        relation = self._reader.schema.relations.get(type_)
        source, target = self._ends[edge]
        words = f"{relation.label if relation is not None else type_} {self._name(target)} · {name}"
        values = [each["value"] if isinstance(each, Mapping) else None for each in (entry.now, entry.then)]
        self._row(source, entry, words, *(property_words(relation, name, each) for each in values))

    def _row(self, entity: str, entry: _Entry, column: str, now: str, then: str) -> None:
        row = StagedRow(column, now, then, entry.why, entry.key, self._place(entry.target))
        self._group(entity).rows.append(row)

    def _place(self, target: RecordTarget) -> tuple[str, int]:
        if target.word not in ("facet", "field", "text") or _is_of_edge(target):
            return _LAST
        names = [each.name for each in self._reader.table(target.parts[1]).columns]
        at = names.index(target.parts[-1]) if target.word != "facet" and target.parts[-1] in names else -1
        return target.parts[1], at

    def _group(self, entity: str) -> StagedGroup:
        if entity not in self._found:
            is_there = entity and entity not in self._new
            address = reverse("registers:record", args=[self._project_id, entity]) if is_there else ""
            self._found[entity] = StagedGroup(self._name(entity, is_long=True), entity, address)
        return self._found[entity]

    def _name(self, entity: str, *, is_long: bool = False) -> str:
        if entity in self._new:
            return self._name_of_new(entity)
        named: Named | None = self._names.get(entity)
        if named is None:
            return entity[:8]
        return f"{named.key} {named.text}".strip() if is_long and named.key and named.text else named.label

    def _name_of_new(self, entity: str) -> str:
        """What a new record is called: by the text that it would have."""
        for each in self._entries:
            word, parts = each.target.word, each.target.parts
            if word != "field" or parts[0] != entity:
                continue
            column = text_column(self._reader.table(parts[1]))
            if column is not None and column.name == parts[2] and isinstance(each.then["value"], str):
                return _cut(each.then["value"])
        return _("New record")

    def _new_words(self, entity: str) -> str:
        tables = [
            self._table(each.target.parts[1])
            for each in self._entries
            if each.target.word == "facet" and each.target.parts[0] == entity and each.then
        ]
        return _("New in {tables}").format(tables=", ".join(tables)) if tables else _("New")

    def _table(self, facet: str) -> str:
        return self._reader.table(facet).label

    def _column(self, target: RecordTarget) -> str:
        column = self._reader.table(target.parts[1]).column(target.parts[2])
        return column.label if column is not None else target.parts[2]


def _entries(project_id: UUID, changes: list[Change]) -> Iterator[_Entry]:
    targets = {target_of(each.target): each for each in changes}
    now = contents_now(StoredIncrement(PostgresStorage(project_id)), targets)
    for target, change in targets.items():
        yield _Entry(target, _value(now[str(target)]), change.value, "", f"{NAME}:{target}")
    for each in follows(project_id, {str(target): content_of(change.value) for target, change in targets.items()}):
        yield _Entry(target_of(each.target), _value(each.before), _value(each.after), each.source, "")


def _value(content: Mapping[str, Any] | None) -> Any:
    return content["value"] if content else None


def _is_of_edge(target: RecordTarget) -> bool:
    return target.word == "field" and target.parts[1].startswith(EDGE_PREFIX)


def _texts(project_id: UUID, changes: list[Change]) -> Iterator[StagedGroup]:
    """Fields of the project whose text would be another one."""
    if not changes:
        return
    draft: Draft | None = Project.objects.select_related("current_draft").get(pk=project_id).current_draft
    for each in changes:
        content = draft.fields.get(each.target) if draft is not None else None
        now, then = cut_sides(text_of(content) if content is not None else "", each.value)
        row = StagedRow(_("Text"), now, then, target=f"{each.kind}:{each.target}")
        yield StagedGroup(KINDS[each.kind].label(each.target), rows=[row])


def cut_sides(now: Any, then: Any) -> tuple[str, str]:
    """Both texts, cut around the place where they begin to differ: what is new must not be behind the cut."""
    one, other = ("" if each is None else str(each) for each in (now, then))
    differ = (at for at, (each, its) in enumerate(zip(one, other, strict=False)) if each != its)
    same = next(differ, min(len(one), len(other)))
    start = same - BEFORE_CHANGE if same > BEFORE_CHANGE and max(len(one), len(other)) > MAX_TEXT else 0
    return _behind(one, start), _behind(other, start)


def _behind(text: str, start: int) -> str:
    return f"…{_cut(text[start:])}" if start else _cut(text)


def _cut(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
