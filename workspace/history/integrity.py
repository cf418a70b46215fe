"""Whether what a version holds has changed since its first entry (Annex 11 §8, control c20)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Func, Max, Min, TextField

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


def field_histories(draft: Draft) -> list[FieldHistory]:
    """Every field that a version has. Two queries."""
    names = Func(F("changed_fields"), function="unnest", output_field=TextField())
    versions = Draft.objects.filter(project_id=draft.project_id, version_number__lte=draft.version_number)
    rows = {
        row["name"]: row
        for row in versions.order_by()
        .annotate(name=names)
        .values("name")
        .annotate(first=Min("version_number"), last=Max("version_number"), entries=Count("id"))
    }
    numbers = {row[which] for row in rows.values() for which in ("first", "last")}
    found = {each.version_number: each for each in versions.filter(version_number__in=numbers).select_related("author")}
    return [
        FieldHistory(name, found[rows[name]["first"]], found[rows[name]["last"]], rows[name]["entries"] - 1)
        for name in field_names.in_order(set(draft.fields))
    ]
