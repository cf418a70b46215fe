"""What an event changed: the values before and after it, as a difference."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from audit.models import Event
from drafts.compare.budget import Budget
from drafts.compare.text import Row
from drafts.compare.words import mark_words
from drafts.models import Draft
from workspace.compare.rows import ComparedRows, FieldComparison, compare_drafts
from workspace.highlighting import pieces

# The compare page shows the rest.
MAX_ROWS: Final = 8
MAX_OF_A_FIELD: Final = 4
LONG_VALUE: Final = 24

Pieces = list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value: its place, and its pieces (text, whether marked) before and after; None if not set."""

    place: str
    name: str
    before: Pieces | None
    after: Pieces | None


@dataclass(frozen=True, slots=True)
class EventChanges:
    """All changes of an event. `facts` are the other values that the event names.

    `before` and `after` are the names of two versions, where the event made one; then `total` differences are shown in
    `url`, of which the first are here.
    """

    differences: list[Difference]
    facts: list[tuple[str, str]]
    before: str = ""
    after: str = ""
    total: int = 0
    fields: int = 0
    url: str = ""


def event_changes(event: Event, *, reader: UUID) -> EventChanges:
    """What the record of the event says; for a saved version also how its texts differ from those before."""
    if event.action == "draft.saved":
        draft = Draft.objects.select_related("author").filter(pk=event.target_id).first()
        if draft is not None:
            return _of_version(draft, reader)
    before, after, facts = _values(event.action, event.data)
    differences = [
        Difference("", name, *_marked(_written(before.get(name)), _written(after.get(name))))
        for name in dict.fromkeys([*before, *after])
    ]
    return EventChanges(differences, [(name, _written(value) or "–") for name, value in facts.items()])


def _of_version(draft: Draft, reader: UUID) -> EventChanges:
    number = draft.version_number
    base = Draft.objects.filter(project_id=draft.project_id, version_number=number - 1).first()
    compared = compare_drafts(base, draft, reader=reader)
    rows = [row for field in compared.fields for row in islice(_of_field(field), MAX_OF_A_FIELD)]
    own = [
        Difference("", "current_version", *_whole(str(number - 1) if base else None, str(number))),
        Difference(
            "", "content_hash", *_whole(_short(base.content_hash) if base else None, _short(draft.content_hash))
        ),
    ]
    query = f"?base={number - 1}&target={number}"
    page = reverse("workspace:compare", args=[draft.project_id]) + query
    version = reverse("workspace:version", args=[draft.project_id, number])
    return EventChanges(
        own + rows[:MAX_ROWS],
        facts=[],
        before=f"v{number - 1}" if base else "",
        after=f"v{number}",
        total=compared.changes,
        fields=len(compared.fields),
        url=page if base else version,
    )


def _of_field(field: FieldComparison) -> Iterator[Difference]:
    for value in field.values:
        place = " / ".join([*value.holders, ""]) if value.holders else ""
        yield Difference(place, value.last, *_whole(value.old, value.new))
    for block in field.blocks:
        if block.is_change:
            yield from _of_block(field, block)


def _of_block(field: FieldComparison, block: ComparedRows) -> Iterator[Difference]:
    for row in block.rows:
        line = (row.right.new if row.right else None) or (row.left.old if row.left else None)
        name = _("line %(line)s") % {"line": line} if line else ""
        yield Difference(f"{field.name} ", name, _line(row.left), _line(row.right))


def _line(row: Row | None) -> Pieces | None:
    """A line with its words marked; all of it where nothing on the other side is like it."""
    if row is None:
        return None
    return [(row.text, True)] if row.partner is None else list(row.pieces())


# Where a record gives the value after under a name, and the one before as `before` alone.
_SCALARS: Final = ("status", "role", "state")


def _values(action: str, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The values before and after, by name, and everything else that the record names."""
    rest = dict(data)
    before = rest.pop("before", None)
    if before is None:
        return {}, {}, rest
    if isinstance(before, dict):
        holder = rest.pop("after", None) or rest.pop("rules", None)
        after = holder if isinstance(holder, dict) else {name: rest.pop(name, None) for name in before}
        names = [name for name in before if before[name] != after.get(name)]
        return {name: before[name] for name in names}, {name: after.get(name) for name in names}, rest
    name = next((name for name in _SCALARS if name in rest), "role" if action == "member.removed" else "value")
    return {name: before}, {name: rest.pop(name, None)}, rest


def _written(value: object) -> str | None:
    """A value of a record for people: who a person is, not their id."""
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and "display_name" in value:
        return str(value["display_name"])
    return json.dumps(value, ensure_ascii=False)


def _marked(before: str | None, after: str | None) -> tuple[Pieces | None, Pieces | None]:
    """Two values with what differs marked: words of long ones, all of short ones."""
    marks = None
    if before and after and max(len(before), len(after)) > LONG_VALUE:
        marks = mark_words(before, after, Budget())
    if marks is None or before is None or after is None:
        return _whole(before, after)
    return list(pieces(before, marks.old)), list(pieces(after, marks.new))


def _whole(before: str | None, after: str | None) -> tuple[Pieces | None, Pieces | None]:
    old: Pieces | None = None if before is None else [(before, True)]
    new: Pieces | None = None if after is None else [(after, True)]
    return old, new


def _short(digest: str) -> str:
    """The beginning of a hash, in groups of four as people read it."""
    return f"{' '.join(digest[at : at + 4] for at in (0, 4, 8))} …"
