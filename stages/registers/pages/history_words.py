"""What happened to a record, in sentences: who changed what into what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drafts.compare.budget import Budget
from drafts.compare.words import mark_words
from stages.registers.fold.ids import COLUMN, RELATION, SAVED_VIEW, TABLE
from stages.registers.pages.authors import Author, Authors
from stages.registers.reading import changes as kinds
from stages.registers.reading.changes import Change
from stages.registers.reading.history import Entry
from stages.registers.reading.naming import names_of
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Relation
from stages.registers.schema.values import show_text

# Changes of one bundle that a sentence names; more are counted.
MAX_CLAUSES: Final = 4
MAX_SHOWN: Final = 160
_SCHEMA: Final = frozenset({TABLE, COLUMN, RELATION, SAVED_VIEW})


@dataclass(frozen=True, slots=True)
class Restorable:
    """A value that a field had once, by the operation that wrote it."""

    op_id: str
    label: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """An entry of the history: a sentence, and below it where and when, and what its author had not seen."""

    entry: Entry
    author: Author
    sentence: SafeString
    not_seen: str
    source: str
    restorable: Restorable | None


class HistoryWords:
    """Writes the sentences of one record."""

    def __init__(self, reader: Reader, authors: Authors, entries: Iterable[Entry], *, record: str) -> None:
        self._reader = reader
        self._authors = authors
        self._record = record
        listed = list(entries)
        authors.prefetch(entry.actor for entry in listed)
        self._names = names_of(reader, set(_mentioned(listed)) | {record})

    def of(self, entry: Entry) -> Sentence:
        """One entry in words."""
        author = self._authors.of(entry.actor, entry.site, entry.until)
        changes = _together(entry.changes, self._reader)
        created, changes = self._created(changes)
        clauses = created + [self._clause(each) for each in changes[:MAX_CLAUSES]]
        if len(changes) > MAX_CLAUSES:
            more = len(changes) - MAX_CLAUSES
            clauses.append(SafeString(ngettext("made {n} more change", "made {n} more changes", more).format(n=more)))
        joined = format_html_join("; ", "{}", ((each,) for each in clauses))
        sentence = format_html(_("{0} {1}."), _bold(author.name), joined)
        unseen = {self._show(each, tip.value) for each in changes for tip in each.not_seen}
        return Sentence(
            entry,
            author,
            sentence,
            _("had not seen {values}").format(values=", ".join(sorted(unseen))) if unseen else "",
            ", ".join((entry.source or {}).values()),
            self._restorable(changes),
        )

    def _restorable(self, changes: list[Change]) -> Restorable | None:
        """The value of a single field, which can be given to it again."""
        fields = [each for each in changes if each.kind in (kinds.SET, kinds.DECIDED)]
        if len(fields) != 1 or len(changes) != 1:
            return None
        column = self._column(fields[0])
        if column is None or column.crdt:
            return None
        words = _("Restore {value}").format(value=self._show(fields[0], fields[0].after) or _("nothing"))
        return Restorable(fields[0].op_id, words)

    def _clause(self, change: Change) -> SafeString:
        write: Callable[[Change], SafeString] = getattr(self, f"_clause_{change.kind}")
        return write(change)

    def _created(self, changes: list[Change]) -> tuple[list[SafeString], list[Change]]:
        """The clause of a creation, with its tables and first values; and the changes besides."""
        if not any(each.kind == kinds.CREATED for each in changes):
            return [], changes
        values = [each for each in changes if each.kind in (kinds.SET, kinds.TYPED) and not each.was_set]
        tables = [self._reader.table(each.facet).label for each in changes if each.kind == kinds.ATTACHED]
        rest = [each for each in changes if each not in values and each.kind not in (kinds.CREATED, kinds.ATTACHED)]
        words = ngettext(
            "created {0} in {1}, with {n} value", "created {0} in {1}, with {n} values", len(values)
        ).replace("{n}", str(len(values)))
        return [format_html(words, _bold(self._names[self._record].label), _bold(", ".join(tables)))], rest

    def _clause_created(self, change: Change) -> SafeString:
        return format_html(_("created {0}"), _bold(self._names[self._record].label))

    def _clause_restored(self, change: Change) -> SafeString:
        return format_html(_("restored {0}"), _bold(self._names[self._record].label))

    def _clause_deleted(self, change: Change) -> SafeString:
        return format_html(_("deleted {0}"), _bold(self._names[self._record].label))

    def _clause_attached(self, change: Change) -> SafeString:
        return format_html(_("added it to {0}"), _bold(self._reader.table(change.facet).label))

    def _clause_detached(self, change: Change) -> SafeString:
        return format_html(_("took it out of {0}"), _bold(self._reader.table(change.facet).label))

    def _clause_set(self, change: Change) -> SafeString:
        return self._set(change, _("set {0} to {1}"), _("set {0} to {1}, it was {2}"), _("emptied {0}, it was {2}"))

    def _clause_decided(self, change: Change) -> SafeString:
        kept = _ins(self._show(change, change.after) or _("nothing"))
        others = [_del(self._show(change, each) or _("nothing")) for each in change.instead]
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
        return format_html(_("set {0} of the link {1} to {2}"), _bold(change.field), link, _ins(_shown(change.after)))

    def _clause_merged(self, change: Change) -> SafeString:
        return format_html(_("merged {0} into it"), _bold(change.other[:8]))

    def _clause_split(self, change: Change) -> SafeString:
        return format_html(_("split {0} off"), _bold(self._names[change.other].label))

    def _set(self, change: Change, first: str, again: str, emptied: str) -> SafeString:
        """A value with what it replaced; of two long texts, what differs."""
        before, after = self._show(change, change.before), self._show(change, change.after)
        if not after and before:
            return format_html(emptied, self._field(change), "", _del(before))
        if not before:
            return format_html(first, self._field(change), _ins(after or _("nothing")))
        if _is_text(change.before) and _is_text(change.after) and (words := differing_words(before, after)):
            return format_html(_("changed {0}: {1}"), self._field(change), words)
        return format_html(again, self._field(change), _ins(after), _del(before))

    def _of_link(self, change: Change, template: str) -> SafeString:
        link = change.link
        if link is None:
            return SafeString("")
        relation = self._reader.schema.relations.get(link.type or "", Relation(link.type or ""))
        outgoing = self._reader.identity.root(link.source) == self._record
        other = self._names[link.target if outgoing else link.source]
        words = relation.label if outgoing else relation.inverse_label
        return format_html(template, words, _bold(other.label))

    def _field(self, change: Change) -> SafeString:
        column = self._column(change)
        return _bold(column.label if column else change.field)

    def _old(self, change: Change) -> SafeString:
        return _del(self._show(change, change.before) or _("nothing"))

    def _column(self, change: Change) -> Column | None:
        return self._reader.schema.column(change.facet, change.field)

    def _show(self, change: Change, value: Any) -> str:
        column = self._column(change) or Column(change.field)
        return _cut(show_text(column, value, self._name))

    def _name(self, entity: str) -> str:
        return self._names[entity].label if entity in self._names else entity[:8]


def differing(before: str, after: str) -> SafeString:
    """What was added to a text and removed from it, each as a whole where it is short."""
    return differing_words(before or "", after or "") or format_html("{} {}", _del(_cut(before)), _ins(_cut(after)))


def differing_words(before: str, after: str) -> SafeString:
    """The words that one text has and the other has not; empty where they have little in common."""
    if not before:
        return format_html(_("added {0}"), _ins(_cut(after)))
    if not after:
        return format_html(_("removed {0}"), _del(_cut(before)))
    marks = mark_words(before, after, Budget())
    if marks is None:
        return SafeString("")
    removed = [before[start:end].strip() for start, end in marks.old]
    added = [after[start:end].strip() for start, end in marks.new]
    parts = []
    if any(added):
        parts.append(
            format_html(_("added {0}"), format_html_join(" … ", "{}", ((_ins(_cut(each)),) for each in added)))
        )
    if any(removed):
        gone = format_html_join(" … ", "{}", ((_del(_cut(each)),) for each in removed))
        parts.append(format_html(_("removed {0}"), gone))
    return format_html_join(", ", "{}", ((each,) for each in parts))


def _together(changes: Iterable[Change], reader: Reader) -> list[Change]:
    """Without what goes without saying: the table of a new record, and fields that are one with another."""
    listed = list(changes)
    created = any(each.kind == kinds.CREATED for each in listed)
    found: list[Change] = []
    seen: set[Any] = set()
    for each in listed:
        if created and each.kind == kinds.SET and not each.was_set and each.after is None:
            continue
        key: object = (each.kind, each.facet, each.field, repr(each.after), each.link, each.other)
        one = reader.classes.get((each.facet, each.field))
        if each.kind in (kinds.SET, kinds.DECIDED):
            key = (each.kind, frozenset(one) if one else (each.facet, each.field), repr(each.after))
        if key not in seen:
            seen.add(key)
            found.append(each)
    return found


def _mentioned(entries: Iterable[Entry]) -> Iterable[str]:
    for entry in entries:
        for change in entry.changes:
            if change.link is not None:
                yield from (change.link.source, change.link.target)
            if change.kind == kinds.SPLIT:
                yield change.other
            for value in (change.before, change.after, *change.instead, *(tip.value for tip in change.not_seen)):
                if isinstance(value, Mapping) and isinstance(entity := value.get("entity"), str):
                    yield entity


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) > 24


def _shown(value: Any) -> str:
    return show_text(Column(""), value)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _bold(text: str) -> SafeString:
    return format_html("<b>{}</b>", text)


def _ins(text: str) -> SafeString:
    return format_html("<ins>{}</ins>", text)


def _del(text: str) -> SafeString:
    return format_html("<del>{}</del>", text)
