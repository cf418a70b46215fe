"""The open row: what an event changed, and everything that is on record around it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from audit.chain import first_prev_hash, link_hash
from audit.event_types import EVENT_TYPES
from audit.models import SITE_CHAIN, Event
from audit.via import via_words
from projects import field_names
from workspace.account.devices import device
from workspace.audit_viewer.differences import EventChanges, event_changes
from workspace.audit_viewer.query import AuditQuery


@dataclass(frozen=True, slots=True)
class EventDetail:
    """One event in full. `matches`: its hash fits its content, and its link the event before it."""

    event: Event
    changes: EventChanges
    message: str
    reason: str
    tokens: list[int]
    client: str
    address: str
    session: str
    on_behalf_of: str
    hash: str
    previous_hash: str
    previous_url: str
    matches: bool
    held: tuple[str, str] | None

    @property
    def previous_seq(self) -> int:
        return self.event.seq - 1


def event_detail(event: Event, query: AuditQuery, *, reader: UUID) -> EventDetail:
    """Everything about an event; the chain around it is checked as far as the event before."""
    record, data = event.record, event.data
    previous = Event.objects.filter(chain=event.chain, seq=event.seq - 1).first()
    before = bytes(previous.hash) if previous else first_prev_hash(event.chain)
    computed = link_hash(prev_hash=before, seq=event.seq, at=event.at, canonical=event.canonical)
    via, agent = record["via"], record["user_agent"]
    return EventDetail(
        event=event,
        changes=event_changes(event, reader=reader),
        message=data.get("message") or "",
        reason=record["reason"] or "",
        tokens=sorted(data["tokens"].values()) if data.get("tokens") else [],
        client=", ".join([via_words(via), *([device(agent)] if agent else [])]),
        address=record["address"] or "",
        session=record["session"] or data.get("session_id") or "",
        on_behalf_of=record["on_behalf_of"] or "",
        hash=bytes(event.hash).hex(),
        previous_hash=bytes(event.prev_hash).hex(),
        previous_url=query.url(chain=event.chain, before=event.seq + 1, open=previous.pk) if previous else "",
        matches=bytes(event.prev_hash) == before and bytes(event.hash) == computed,
        held=_held(event),
    )


def address_of(event: Event) -> str:
    """Where the viewer shows one event of its chain, its row open."""
    return AuditQuery(chain=event.chain, before=event.seq + 1, open=event.pk).url(before=event.seq + 1, open=event.pk)


def _held(event: Event) -> tuple[str, str] | None:
    """What to call the field of the event and where to see who held it; None for an event of no field."""
    field = event.data.get(EVENT_TYPES[event.action].field_in) if event.action in EVENT_TYPES else None
    if event.chain == SITE_CHAIN or not isinstance(field, str) or not field:
        return None
    url = reverse("admin:audit_event_held") + "?" + urlencode({"chain": event.chain, "field": field})
    return _("Who edited %(field)s") % {"field": field_names.label(field)}, url
