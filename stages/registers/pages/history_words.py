"""What happened to a record, in sentences: who changed what into what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stages.registers.causes import Cause
from stages.registers.fold.values import spell
from stages.registers.pages.authors import Author, Authors
from stages.registers.pages.history_marks import bold, cut, dele, differing, differing_words, ins
from stages.registers.reading import changes as kinds
from stages.registers.reading.causes import causes_of, source_key
from stages.registers.reading.changes import Change
from stages.registers.reading.former_names import FormerNames
from stages.registers.reading.history import Entry
from stages.registers.reading.log import undoes_of
from stages.registers.reading.naming import names_of
from stages.registers.reading.reader import Reader
from stages.registers.reading.reasons import reasons_of
from stages.registers.reading.records import RecordReading
from stages.registers.schema import Column, Relation
from stages.registers.schema.values import show_text

# Changes of one bundle that a sentence names; more are counted.
MAX_CLAUSES: Final = 12


@dataclass(frozen=True, slots=True)
class Sentence:
    """An entry of the history: a sentence, and below it where and when, and what its author had not seen.

    `cause` is the rule or script that did it within their change, `reason` why they did it, where they said so;
    `is_undo` that they took back what they had done before.
    `restorable` names the fields whose values can be restored.
    """

    entry: Entry
    author: Author
    sentence: SafeString
    not_seen: str
    cause: Cause | None
    reason: str
    is_undo: bool
    restorable: str


class HistoryWords:
    """Writes the sentences of one record."""

    def __init__(self, found: RecordReading, authors: Authors, entries: Iterable[Entry]) -> None:
        self._reader = reader = found.reader
        self._authors = authors
        self._record = found.id
        listed = list(entries)
        authors.prefetch(entry.actor for entry in listed)
        self._names = names_of(reader, set(_mentioned(listed)) | {found.id})
        self._former = FormerNames(reader.schema, found.operations)
        bundles = {entry.bundle for entry in listed}
        self._reasons = reasons_of(reader.project_id, bundles)
        self._undoes = undoes_of(reader.project_id, (each for each in found.operations if each.bundle_id in bundles))
        self._causes = causes_of(reader.project_id, [each.source for each in listed])
        self._until = ""

    def of(self, entry: Entry) -> Sentence:
        """One entry in words."""
        author = self._authors.of(entry.actor, entry.site, entry.until)
        self._until = entry.until
        changes = _together(entry.changes, self._reader, self._record)
        is_undo = entry.bundle in self._undoes
        created, changes = self._created(changes[::-1] if is_undo else changes)
        clauses = created + [self._clause(each) for each in changes[:MAX_CLAUSES]]
        if len(changes) > MAX_CLAUSES:
            more = len(changes) - MAX_CLAUSES
            clauses.append(SafeString(ngettext("made {n} more change", "made {n} more changes", more).format(n=more)))
        joined = format_html_join("; ", "{}", ((each,) for each in clauses))
        sentence = format_html(_("{0} {1}."), bold(author.name), joined)
        unseen = {self._show(each, tip.value) for each in changes for tip in each.not_seen}
        return Sentence(
            entry,
            author,
            sentence,
            _("had not seen {values}").format(values=", ".join(sorted(unseen))) if unseen else "",
            self._causes.get(source_key(entry.source)),
            self._reasons.get(entry.bundle, ""),
            is_undo,
            self._restorable(entry.changes),
        )

    def _restorable(self, changes: Iterable[Change]) -> str:
        """The fields that were changed and can get their values again, in words; empty for none."""
        columns = {
            column.label: column for each in changes if each.kind in kinds.OF_FIELDS if (column := self._column(each))
        }
        named = [label for label, column in columns.items() if not column.reference]
        return _("Restore {fields}").format(fields=", ".join(named)) if named else ""

    def _clause(self, change: Change) -> SafeString:
        write: Callable[[Change], SafeString] = getattr(self, f"_clause_{change.kind}")
        return write(change)

    def _created(self, changes: list[Change]) -> tuple[list[SafeString], list[Change]]:
        """The clause of a creation, with its tables and first values; and the changes besides."""
        made = list(dict.fromkeys(self._called(each.other) for each in changes if each.kind == kinds.CREATED))
        if not made:
            return [], changes
        values = [each for each in changes if each.kind in (kinds.SET, kinds.TYPED) and not each.was_set]
        tables = [self._reader.table(each.facet).label for each in changes if each.kind == kinds.ATTACHED]
        rest = [each for each in changes if each not in values and each.kind not in (kinds.CREATED, kinds.ATTACHED)]
        clause = format_html(_("created {0} in {1}"), bold(", ".join(made)), bold(", ".join(dict.fromkeys(tables))))
        first = [each for each in values if self._show(each, each.after) not in ("", *made)]
        if not first:
            return [clause], rest
        listed = format_html_join(
            ", ", "{} {}", ((bold(self._label(each)), ins(self._show(each, each.after))) for each in first)
        )
        return [format_html("{}: {}", clause, listed)], rest

    def _clause_created(self, change: Change) -> SafeString:
        return format_html(_("created {0}"), bold(self._called(change.other)))

    def _clause_restored(self, change: Change) -> SafeString:
        return format_html(_("restored {0}"), bold(self._called(change.other)))

    def _clause_deleted(self, change: Change) -> SafeString:
        return format_html(_("deleted {0}"), bold(self._called(change.other)))

    def _clause_attached(self, change: Change) -> SafeString:
        return format_html(_("added it to {0}"), bold(self._reader.table(change.facet).label))

    def _clause_detached(self, change: Change) -> SafeString:
        return format_html(_("took it out of {0}"), bold(self._reader.table(change.facet).label))

    def _clause_set(self, change: Change) -> SafeString:
        return self._set(change, _("set {0} to {1}"), _("set {0} to {1}, it was {2}"), _("emptied {0}, it was {2}"))

    def _clause_decided(self, change: Change) -> SafeString:
        kept = ins(self._show(change, change.after) or _("nothing"))
        others = [dele(self._show(change, each) or _("nothing")) for each in change.instead]
        if not others:
            return format_html(_("decided {0}: {1}"), self._field(change), kept)
        joined = format_html_join(", ", "{}", ((each,) for each in others))
        return format_html(_("decided {0}: {1} instead of {2}"), self._field(change), kept, joined)

    def _clause_unset(self, change: Change) -> SafeString:
        return format_html(_("took {0} back, it was {1}"), self._field(change), self._old(change))

    def _clause_typed(self, change: Change) -> SafeString:
        return format_html(_("changed {0}: {1}"), self._field(change), differing(change.before, change.after))

    def _clause_linked(self, change: Change) -> SafeString:
        return self._of_link(change, _("linked it: {0} {1}"))

    def _clause_unlinked(self, change: Change) -> SafeString:
        return self._of_link(change, _("removed the link: {0} {1}"))

    def _clause_moved(self, change: Change) -> SafeString:
        return self._of_link(change, _("moved the link: {0} {1}"))

    def _clause_confirmed(self, change: Change) -> SafeString:
        return self._of_link(change, _("confirmed the link: {0} {1}"))

    def _clause_property(self, change: Change) -> SafeString:
        link = self._of_link(change, "{0} {1}")
        return format_html(_("set {0} of the link {1} to {2}"), bold(change.field), link, ins(_shown(change.after)))

    def _clause_merged(self, change: Change) -> SafeString:
        if self._is_other_end(change):
            return format_html(_("merged it into {0}"), bold(self._called(change.before)))
        return format_html(_("merged {0} into it"), bold(self._called(change.other)))

    def _clause_split(self, change: Change) -> SafeString:
        if self._is_other_end(change):
            return format_html(_("split it off {0}"), bold(self._called(change.before)))
        tables = ", ".join(self._reader.table(each).label for each in change.facets)
        if not tables:
            return format_html(_("split {0} off"), bold(self._called(change.other)))
        return format_html(_("split {0} off, with its part in {1}"), bold(self._called(change.other)), bold(tables))

    def _is_other_end(self, change: Change) -> bool:
        """Whether the record is what was absorbed or cut loose, and is by itself again."""
        root = self._reader.identity.root
        return root(change.other) == self._record != root(change.before)

    def _called(self, entity: str) -> str:
        """What an entity was called then: a key of its own, also where another record shows it today."""
        return self._former.of(entity, self._until) or self._name(entity)

    def _set(self, change: Change, first: str, again: str, emptied: str) -> SafeString:
        """A value with what it replaced; of two long texts, what differs."""
        before, after = self._show(change, change.before), self._show(change, change.after)
        if not after and before:
            return format_html(emptied, self._field(change), "", dele(before))
        if not before:
            return format_html(first, self._field(change), ins(after or _("nothing")))
        if _is_text(change.before) and _is_text(change.after) and (words := differing_words(before, after)):
            return format_html(_("changed {0}: {1}"), self._field(change), words)
        return format_html(again, self._field(change), ins(after), dele(before))

    def _of_link(self, change: Change, template: str) -> SafeString:
        link = change.link
        if link is None:
            return SafeString("")
        relation = self._reader.schema.relations.get(link.type or "", Relation(link.type or ""))
        outgoing = self._reader.identity.root(link.source) == self._record
        other = self._names[link.target if outgoing else link.source]
        words = relation.label if outgoing else relation.inverse_label
        label = f"{other.label} ({other.gone})" if other.gone else other.label
        return format_html(template, words, bold(label))

    def _label(self, change: Change) -> str:
        column = self._column(change)
        return column.label if column else change.field

    def _field(self, change: Change) -> SafeString:
        field = bold(self._label(change))
        if change.entity == self._record or not self._former.was_apart(change.op_id, change.entity):
            return field
        return format_html(_("{0} of {1}"), field, bold(self._called(change.entity)))

    def _old(self, change: Change) -> SafeString:
        return dele(self._show(change, change.before) or _("nothing"))

    def _column(self, change: Change) -> Column | None:
        return self._reader.schema.column(change.facet, change.field)

    def _show(self, change: Change, value: Any) -> str:
        column = self._column(change) or Column(change.field)
        return cut(show_text(column, value, self._name))

    def _name(self, entity: str) -> str:
        return self._names[entity].label if entity in self._names else entity[:8]


def _together(changes: Iterable[Change], reader: Reader, record: str) -> list[Change]:
    """Without what goes without saying: the table of a new record, fields and records that are one with another."""
    listed = list(changes)
    created = any(each.kind == kinds.CREATED for each in listed)
    found: dict[Any, Change] = {}
    for each in listed:
        if created and each.kind == kinds.SET and not each.was_set and each.after is None:
            continue
        key: object = (each.kind, each.facet, each.field, repr(each.after), each.link, each.other)
        one = reader.classes.get((each.facet, each.field))
        if each.kind in (kinds.SET, kinds.DECIDED):
            key = (each.kind, frozenset(one) if one else (each.facet, each.field), repr(each.after))
        elif each.kind in (kinds.DELETED, kinds.RESTORED):
            key = each.kind
        if key not in found or each.other == record:
            found[key] = each
        elif each.kind in kinds.OF_FIELDS:
            found[key] = _as_one(found[key], each)
    return list(found.values())


def _as_one(one: Change, other: Change) -> Change:
    """Two fields that are one got the same value: what it replaced in either."""
    first = one if one.before is not None or other.before is None else other
    instead = {spell(each): each for each in (*one.instead, *other.instead)}
    return replace(first, entity="", instead=tuple(instead.values()))


def _mentioned(entries: Iterable[Entry]) -> Iterable[str]:
    for entry in entries:
        for change in entry.changes:
            if change.link is not None:
                yield from (change.link.source, change.link.target)
            if change.other:
                yield change.other
            if change.kind in (kinds.SPLIT, kinds.MERGED):
                yield change.before
            for value in (change.before, change.after, *change.instead, *(tip.value for tip in change.not_seen)):
                if isinstance(value, Mapping) and isinstance(entity := value.get("entity"), str):
                    yield entity


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) > 24


def _shown(value: Any) -> str:
    return show_text(Column(""), value)
