"""Who contributed to a part of a pad: everybody who changed the pad, with how much of the part they wrote."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from accounts.models import User
from audit.models import Event
from kernel.crdt.edits import count_units
from kernel.statements import run
from stages.pads.authors import count_characters, cut_runs
from stages.pads.loading import PadText
from stages.pads.log import store_edits
from stages.pads.models import Pad, Revision, Writer
from stages.pads.ranges import Range

_AT_ONCE: Final = 100

# An edit is `[pos, delete, insert]`; without `strict`, the filter would see each of the three by itself.
_HAS_INSERTED: Final = """
SELECT DISTINCT user_id FROM pads_revision
WHERE pad_id = %s AND revision <= %s AND user_id = ANY(%s) AND edits::jsonb @? 'strict $[*] ? (@[2] != "")'
"""


@dataclass(frozen=True, slots=True)
class Contributor:
    """How many UTF-16 units of a part somebody wrote: 0 for who only deleted, or wrote elsewhere in the pad.

    `user` is None for the text that the pad began with.
    """

    user: User | None
    characters: int

    def as_data(self) -> dict[str, Any]:
        return {"id": str(self.user.id) if self.user else None, "characters": self.characters}


def contributors_to(pad_id: UUID, found: PadText, part: Range | None) -> list[Contributor]:
    """The contributors to a part of a text, all of it for None: by account id, text that nobody wrote at the end.

    Their characters add up to the length of the part. Five queries.
    """
    part = part or Range(0, count_units(found.text))
    written = count_characters(cut_runs(found.authors.runs, part.start, part.end))
    writers = Writer.objects.filter(pad=pad_id, number__in=written).values_list("number", "user_id")
    counts: dict[UUID | None, int] = dict.fromkeys(_changed_by(pad_id, found.revision), 0)
    counts |= dict.fromkeys(imported_from(Pad.objects.get(pk=pad_id), found.revision) - counts.keys(), 0)
    for number, user_id in writers:
        counts[user_id] = counts.get(user_id, 0) + written[number]
    people = User.objects.in_bulk([user_id for user_id in counts if user_id is not None])
    nobody = counts.pop(None, 0)
    found_people = [Contributor(people[user_id], counts[user_id]) for user_id in sorted(people)]
    return [*found_people, *([Contributor(None, nobody)] if nobody else [])]


def by_share(contributors: Sequence[Contributor]) -> list[Contributor]:
    """The people among them, who wrote most first."""
    people = [each for each in contributors if each.user is not None]
    return sorted(people, key=lambda each: -each.characters)


def imported_from(pad: Pad, revision: int) -> set[UUID]:
    """The accounts that changed a pad at the site from which it was imported, in its text up to a revision."""
    recorded = Event.objects.of_project(pad.project_id).filter(
        action="pad.recorded", target_type="pad", target_id=str(pad.id)
    )
    found = set[UUID]()
    # An import records them before anything else is recorded of the pad.
    for event in recorded.order_by("seq").iterator(chunk_size=_AT_ONCE):
        people = imported_in(event.data)
        if not people or event.data["revision"] > revision:
            break
        found |= people
    return found


def imported_in(data: Mapping[str, Any]) -> set[UUID]:
    """Those whom the event that recorded a log names as people of the other site."""
    return set(map(UUID, data.get("import", {}).get("changed_by", ())))


def has_inserted(pad_id: UUID, revision: int, people: Collection[UUID]) -> set[UUID]:
    """Who of some people has written anything up to a revision; the others only deleted."""
    if not people:
        return set()
    rows = run((_HAS_INSERTED, [pad_id, revision, list(people)]))
    return {user_id for (user_id,) in rows}


def _changed_by(pad_id: UUID, revision: int) -> list[UUID | None]:
    changes = Revision.objects.filter(pad=pad_id, revision__lte=revision, user__isnull=False).order_by()
    return list(changes.exclude(edits=store_edits(())).values_list("user_id", flat=True).distinct())
