"""Copied events as the projections read them: the members that they need, and nothing else of the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from accounts.models import Kind, Person
from stages.replication.home.projection.shapes import SharedPerson, fit
from stages.replication.models import CopiedEvent

_AT_ONCE: Final = 500


class _Actor(msgspec.Struct):
    id: str
    name: str
    kind: str


class _Target(msgspec.Struct):
    id: str


class _Record(msgspec.Struct):
    actor: _Actor
    target: _Target
    data: dict[str, Any]
    reason: str | None = None


_decode: Final = msgspec.json.Decoder(_Record).decode


@dataclass(frozen=True, slots=True)
class CopiedFact:
    """One copied event: its number and time at home, who did what to which thing, and its data.

    Of one that does not say all that, the data is empty, so that no projection can show it.
    """

    seq: int
    at: datetime
    action: str
    person: Person
    target_id: str
    data: dict[str, Any]
    reason: str


def facts_of(
    project_id: UUID, *actions: str, after: int = 0, upto: int | None = None, newest_first: bool = False
) -> Iterator[CopiedFact]:
    """The copied events of these actions, in their order; `after` and `upto` are numbers of events."""
    events = CopiedEvent.objects.filter(project=project_id, action__in=actions, seq__gt=after)
    if upto is not None:
        events = events.filter(seq__lte=upto)
    rows = events.order_by("-seq" if newest_first else "seq").values_list("seq", "at", "action", "canonical")
    for row in rows.iterator(chunk_size=_AT_ONCE):
        yield read_fact(*row)


def read_fact(seq: int, at: datetime, action: str, canonical: str) -> CopiedFact:
    """An event as its text says. Its hash was checked when it came; what it says is up to home."""
    try:
        record = _decode(canonical)
    except msgspec.MsgspecError:
        return CopiedFact(seq, at, action, somebody(), "", {}, "")
    actor = record.actor
    shared = fit(SharedPerson, {"id": actor.id, "display_name": actor.name, "kind": actor.kind})
    if shared is None:
        return CopiedFact(seq, at, action, somebody(), record.target.id, {}, "")
    return CopiedFact(seq, at, action, shared.person(), record.target.id, record.data, record.reason or "")


def somebody() -> Person:
    """Whoever did what cannot be shown here."""
    return Person(id=str(UUID(int=0)), display_name=_("Somebody at home"), kind=Kind.HUMAN.value)
