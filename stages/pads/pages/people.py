"""Who is in which pad of a project now, and who of them writes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone
from redis.exceptions import RedisError

from presence.redis_presence import PersonPresence
from presence.services import present_in
from stages.pads.models import Revision
from workspace.people import PersonView

logger = logging.getLogger(__name__)

PREFIX: Final = "pads/"
# Whoever changed a pad so long ago writes in it still.
WRITES_FOR: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PadPerson:
    """Somebody in a pad."""

    person: PersonView
    writes: bool


def people_in_pads(project_id: UUID) -> dict[UUID, list[PadPerson]]:
    """The people of each pad that has some, writers first. Empty if presence cannot be read. One query at most."""
    try:
        present = present_in([project_id]).get(project_id, [])
    except RedisError as error:
        logger.warning("presence cannot be read: %s", error)
        return {}
    found: dict[UUID, list[PersonPresence]] = {}
    for each in present:
        for pad_id in _pads_of(each.fields):
            found.setdefault(pad_id, []).append(each)
    writers = _writers(found)
    return {pad_id: sorted(_people(pad_id, people, writers), key=_order) for pad_id, people in found.items()}


def _pads_of(fields: Iterable[str]) -> Iterator[UUID]:
    return (UUID(name.removeprefix(PREFIX)) for name in fields if name.startswith(PREFIX))


def _writers(found: Mapping[UUID, object]) -> set[tuple[UUID, str]]:
    if not found:
        return set()
    newest = Revision.objects.filter(pad__in=list(found), at__gt=timezone.now() - WRITES_FOR, user__isnull=False)
    pairs = newest.order_by().values_list("pad_id", "user_id").distinct()
    return {(pad_id, str(user_id)) for pad_id, user_id in pairs}


def _people(pad_id: UUID, people: Iterable[PersonPresence], writers: set[tuple[UUID, str]]) -> Iterator[PadPerson]:
    for each in people:
        yield PadPerson(PersonView.of(each.user), (pad_id, each.user["id"]) in writers)


def _order(somebody: PadPerson) -> tuple[bool, str]:
    return not somebody.writes, somebody.person.display_name
