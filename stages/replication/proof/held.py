"""Held bundles against their hashes, against what was decided about them, and against the registers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from audit.findings import Finding
from audit.models import Event
from kernel.errors import ValidationFailed
from stages.registers.models import Bundle
from stages.replication.choices import Decision
from stages.replication.held.events import DISCARDED, RE_ENTERED, RELEASED
from stages.replication.ingest.wire import wire_of_text
from stages.replication.models import HeldBundle

_AT_ONCE: Final = 500
_DECISIONS: Final = {
    RELEASED: Decision.RELEASED,
    DISCARDED: Decision.DISCARDED,
    RE_ENTERED: Decision.RE_ENTERED,
}
# A bundle that came in is in the registers.
_CAME_IN: Final = (Decision.ACCEPTED, Decision.RELEASED)


def check_held() -> Iterator[Finding]:
    """Check every held bundle of every project."""
    decided = _decided()
    for held in _rows().iterator(chunk_size=_AT_ONCE):
        for what in _faults(held, decided.pop(str(held.id), None)):
            yield Finding(f"held bundle {held.id}", what, str(held.project_id))
    for event in decided.values():
        yield Finding(f"{event.chain}#{event.seq}", "the held bundle that it is about is gone", event.chain)


def hashes_of(text: str) -> set[str]:
    """The hash of the bundle in a held text, and that of the text itself, under which one is kept that is none."""
    found = {hashlib.sha256(text.encode()).hexdigest()}
    with suppress(ValidationFailed, ValueError, RecursionError):
        found.add(wire_of_text(text).hash)
    return found


def _rows() -> QuerySet[HeldBundle]:
    bundle = Bundle.objects.filter(project=OuterRef("project"), hash=OuterRef("hash"))
    return HeldBundle.objects.annotate(is_in=Exists(bundle)).order_by("id")


def _decided() -> dict[str, Event]:
    """The event of each decision of a person, by the id of the held bundle."""
    return {str(event.data["held_id"]): event for event in Event.objects.filter(action__in=_DECISIONS).iterator()}


def _faults(held: HeldBundle, event: Event | None) -> Iterator[str]:
    if bytes(held.hash).hex() not in hashes_of(held.text):
        yield "its text does not have its hash"
    if held.decision in _DECISIONS.values() and event is None:
        yield f"no event says that it was {held.get_decision_display().lower()}"
    if event is not None and not _is_decided_so(held, event):
        yield f"it is not what {event.chain}#{event.seq} says"
    is_in = bool(getattr(held, "is_in", False))
    if held.decision in _CAME_IN and not is_in:
        yield "it came in, and is not in the registers"
    if is_in and held.decision not in _CAME_IN:
        yield "it is in the registers, and was not let in"


def _is_decided_so(held: HeldBundle, event: Event) -> bool:
    """Whether a held bundle is as the event of its decision says."""
    data = event.data
    is_same = (bytes(held.site_key).hex(), held.number, bytes(held.hash).hex(), held.reason) == (
        data["site"],
        data["number"],
        data["hash"],
        data["held_as"],
    )
    decided = (held.decision, held.decided_at, held.decided_by_id, str(held.project_id))
    return is_same and decided == (_DECISIONS[event.action], event.at, event.actor_id, event.chain)
