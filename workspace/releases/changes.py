"""What a release changes against the one before it: a row for each field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drafts.compare.documents import DocumentDifference
from drafts.compare.fields import FieldDifference
from drafts.compare.rows import changed_lines
from drafts.compare.text import TextDifference
from drafts.compare.versions import compare_drafts
from drafts.headings import heading_of
from drafts.hidden import hidden_characters
from drafts.models import Draft
from projects import field_names
from publishing.authors import released_before
from publishing.models import Release

MAX_PLACES: Final = 4
# More fields that did not change are folded into one line.
MAX_UNCHANGED: Final = 3
_KEY: Final = re.compile(r"([\w.-]+):(?:\s|\Z)")


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One field: how many lines came and went, and where. `is_same`: it did not change."""

    name: str
    added: int
    removed: int
    words: str
    address: str
    is_same: bool = False

    @property
    def label(self) -> str:
        return field_names.label(self.name)

    @property
    def icon(self) -> str:
        return field_names.icon(self.name)


@dataclass(frozen=True, slots=True)
class ReleaseChanges:
    """Everything since `before` (None: there was no release yet).

    `hidden` are the fields of the version with characters that nobody sees, changed or not, and how many.
    """

    before: Release | None
    draft: Draft
    fields: list[ChangedField]
    versions: int
    people: int
    address: str
    hidden: list[tuple[str, int]]

    @property
    def changed(self) -> list[ChangedField]:
        """Without the fields that are the same."""
        return [field for field in self.fields if not field.is_same]

    @property
    def apart(self) -> dict[str, str]:
        """The folders in which files of the same name differ."""
        return field_names.apart(field.name for field in self.fields)

    @property
    def folded(self) -> list[ChangedField]:
        """The fields that are the same, where they are too many to be shown among the others."""
        same = [field for field in self.fields if field.is_same]
        return same if len(same) > MAX_UNCHANGED else []

    @property
    def shown(self) -> list[ChangedField]:
        """The fields that are not folded."""
        return self.changed if self.folded else self.fields


def release_changes(draft: Draft, *, reader: UUID) -> ReleaseChanges:
    """What a version changes since the release before it, for somebody to read."""
    before = released_before(draft)
    base = before.draft if before else None
    comparison = compare_drafts(base, draft, reader=reader)
    rows = [_changed_field(each, base, draft) for each in comparison.fields]
    rows += [_unchanged_field(name, base, draft) for name in comparison.unchanged]
    order = field_names.in_order({row.name for row in rows})
    made = Draft.objects.filter(
        project_id=draft.project_id,
        version_number__gt=base.version_number if base else 0,
        version_number__lte=draft.version_number,
    )
    authors = list(made.order_by().values_list("author_id", flat=True))
    return ReleaseChanges(
        before=before,
        draft=draft,
        fields=sorted(rows, key=lambda row: order.index(row.name)),
        versions=len(authors),
        people=len(set(authors)),
        address=_address(base, draft),
        hidden=[(field_names.label(name), count) for name, count in hidden_characters(draft).items()],
    )


def _changed_field(field: FieldDifference, base: Draft | None, draft: Draft) -> ChangedField:
    difference = field.difference
    if isinstance(difference, DocumentDifference):
        added = removed = 0
        words = _values(difference)
    else:
        added, removed = difference.counts.lines_added, difference.counts.lines_removed
        words = _places(difference, draft.fields[field.field].language if field.field in draft.fields else None)
    if field.same_values:
        words = _("Same values, formatted differently")
    elif field.languages is not None and not (added or removed):
        words = _("Language changed, no line differs")
    if base is None:
        words = _("New")
    elif field.change == "added":
        words = _("New field")
    elif field.change == "removed":
        words = _("Removed")
    elif field.change == "renamed":
        words = _("Was {name}").format(name=field_names.label(field.source or field.field)) + f" · {words}"
    return ChangedField(field.field, added, removed, words, _address(base, draft, field.field))


def _unchanged_field(name: str, base: Draft | None, draft: Draft) -> ChangedField:
    return ChangedField(name, 0, 0, _("Not changed"), _address(base, draft, name), is_same=True)


def _values(difference: DocumentDifference) -> str:
    counts = difference.counts
    parts = [
        (counts.changed, _("{n} changed")),
        (counts.added, _("{n} added")),
        (counts.removed, _("{n} removed")),
        (counts.moved, _("{n} moved")),
    ]
    details = ", ".join(words.format(n=count) for count, words in parts if count)
    return ngettext("{n} value: {details}", "{n} values: {details}", counts.values).format(
        n=counts.values, details=details
    )


def _places(difference: TextDifference, language: str | None) -> str:
    """`6 places: Sources, Eligibility`, by the headings over them; by their lines where there are none."""
    count = difference.counts.places
    places = ngettext("{n} place", "{n} places", count).format(n=count)
    ranges = changed_lines(difference)
    titles = _titles(difference.new.lines, [first for first, _last in ranges], language)
    if titles:
        return f"{places}: {_first_few(titles)}"
    lines = [str(first) if first == last else f"{first}–{last}" for first, last in ranges]
    if not lines:
        return places
    words = _("line {lines}") if len(lines) == 1 and ranges[0][0] == ranges[0][1] else _("lines {lines}")
    return f"{places} · {words.format(lines=_first_few(lines))}"


def _titles(lines: Sequence[str], places: Sequence[int], language: str | None) -> list[str]:
    """The heading above each place, without repetition."""
    title_of = _TITLES.get(language or "")
    if title_of is None:
        return []
    found: list[str] = []
    titles = [(number, title) for number, line in enumerate(lines, 1) if (title := title_of(line))]
    for place in places:
        above = [title for number, title in titles if number <= max(place, 1)]
        if above and above[-1] not in found:
            found.append(above[-1])
    return found


def _markdown_title(line: str) -> str:
    heading = heading_of(line)
    return heading.title if heading else ""


def _yaml_title(line: str) -> str:
    key = _KEY.match(line)
    return key[1] if key else ""


_TITLES: Final = {"markdown": _markdown_title, "yaml": _yaml_title}


def _first_few(parts: list[str]) -> str:
    return ", ".join(parts[:MAX_PLACES]) + (" …" if len(parts) > MAX_PLACES else "")


def _address(base: Draft | None, draft: Draft, field: str | None = None) -> str:
    """Where the difference can be read; the version itself where there is none to compare with."""
    query = {"field": field} if field else {}
    if base is None:
        address = reverse("workspace:version", args=[draft.project_id, draft.version_number])
    else:
        address = reverse("workspace:compare", args=[draft.project_id])
        query = {"base": str(base.version_number), "target": str(draft.version_number), **query}
    return f"{address}?{urlencode(query)}" if query else address
