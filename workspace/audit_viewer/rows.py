"""The rows of the list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from accounts.models import User
from audit.models import SITE_CHAIN, Event, Review
from audit.via import via_words
from workspace.audit_viewer.query import AuditQuery
from workspace.event_words import event_link, event_verb, event_words

KIND_ICONS = {"human": "user", "agent": "bot", "service": "cog", "device": "cpu"}


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of the list. `source` is where it came from: an address, or a part of Foundry.

    `verb` says what was done, `words` to what; `link` is the page of that in its project, if it has one.
    """

    event: Event
    who: str
    kind: str
    verb: str
    words: str
    link: str
    source: str
    chain_name: str
    is_open: bool
    url: str
    reviews: list[Review]

    @property
    def kind_icon(self) -> str:
        return KIND_ICONS.get(self.kind, "user")

    @property
    def hash(self) -> str:
        """The whole hash, in hex."""
        return bytes(self.event.hash).hex()

    @property
    def short_hash(self) -> str:
        return short(self.hash)


def short(digest: str) -> str:
    """The two ends of a hash: e94c…5d20."""
    return f"{digest[:4]}…{digest[-4:]}"


def rows_of(events: Sequence[Event], query: AuditQuery, chains: Mapping[str, str]) -> list[EventRow]:
    """Rows with everything they name, in as many queries for one event as for fifty."""
    names = _names(events)
    reviews = _reviews(events)
    return [
        EventRow(
            event=event,
            who=event.record["actor"]["name"],
            kind=event.record["actor"]["kind"],
            verb=event_verb(event),
            words=event_words(event, names=names),
            link=event_link(event),
            source=event.record["address"] or via_words(event.record["via"]),
            chain_name=chains.get(event.chain, event.chain),
            is_open=event.pk == query.open,
            url=query.url(open=0 if event.pk == query.open else event.pk, before=query.before),
            reviews=[review for review in reviews if review.chain == event.chain and review.covers(event.seq)],
        )
        for event in events
    ]


def chains_in(events: Iterable[Event]) -> set[str]:
    """Whose names a list needs."""
    return {event.chain for event in events} - {SITE_CHAIN}


def _names(events: Sequence[Event]) -> dict[str, str]:
    """Display names of the accounts that the events are about."""
    ids = {event.target_id for event in events if event.target_type == "user"} - {"unknown"}
    found = User.objects.filter(pk__in=ids).values_list("pk", "display_name")
    return {str(user_id): name for user_id, name in found}


def _reviews(events: Sequence[Event]) -> list[Review]:
    """The reviews that cover any of the events."""
    if not events:
        return []
    numbers = [event.seq for event in events]
    found = Review.objects.filter(chain__in={event.chain for event in events}).touching(min(numbers), max(numbers))
    return list(found.select_related("reviewer"))
