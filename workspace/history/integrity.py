"""Whether what a version holds has changed since its first entry (Annex 11 §8, control c20)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from drafts.models import Draft
from projects import field_names


@dataclass(frozen=True, slots=True)
class FieldHistory:
    """One field of a version: its first entry, how often it was changed since, and the last version that changed it."""

    name: str
    first: Draft
    last: Draft
    changes: int

    @property
    def label(self) -> str:
        return field_names.label(self.name)


@dataclass(frozen=True, slots=True)
class FieldHistories:
    """Every field of a version: those that were changed since their first entry, and all others."""

    changed: list[FieldHistory]
    unchanged: list[FieldHistory]


def field_histories(draft: Draft) -> FieldHistories:
    """Every field that a version has; a file under all names that it had. Two queries."""
    versions = Draft.objects.filter(project_id=draft.project_id, version_number__lte=draft.version_number)
    entries = _entries(draft, versions)
    numbers = {number for changed in entries.values() for number in (changed[0], changed[-1])}
    found = {each.version_number: each for each in versions.filter(version_number__in=numbers).select_related("author")}
    histories = [
        FieldHistory(name, found[entries[name][-1]], found[entries[name][0]], len(entries[name]) - 1)
        for name in field_names.in_order(set(draft.fields))
    ]
    return FieldHistories(
        changed=[each for each in histories if each.changes], unchanged=[each for each in histories if not each.changes]
    )


def _entries(draft: Draft, versions: QuerySet[Draft]) -> dict[str, list[int]]:
    """The versions that entered or changed each field of a version, the newest first."""
    entries: dict[str, list[int]] = {name: [] for name in draft.fields}
    # What each field is called in the version that is read, and in the given one.
    called = {name: name for name in draft.fields}
    rows = versions.order_by("-version_number").values_list("version_number", "changed_fields", "renamed")
    for number, changed, renamed in rows.iterator(chunk_size=1000):
        for name in changed:
            # A former name in its last version is of the file that left it.
            if name in called and name not in (renamed or {}).values():
                entries[called[name]].append(number)
        now = {old: called.pop(new) for new, old in (renamed or {}).items() if new in called}
        called |= now
    return entries
