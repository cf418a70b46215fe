"""Exporting the events that match a query, with their hashes: as JSON Lines or CSV.

Read page by page in short queries while it is sent, so that neither memory nor a transaction grows with the trail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from audit.keys.text import rfc3339
from audit.models import Event
from kernel.canonical import canonical
from kernel.spreadsheets import UTF8_MARK, csv_lines
from workspace.audit_viewer.query import AuditQuery
from workspace.audit_viewer.searching import matching, number_of

PAGE: Final = 500

COLUMNS: Final = (
    *("chain", "seq", "at", "actor_id", "actor", "kind", "action", "target_type", "target_id", "via", "address"),
    *("user_agent", "session", "on_behalf_of", "reason", "data", "prev_hash", "hash"),
)


def export(query: AuditQuery, form: str) -> Iterator[bytes]:
    """The events in a form of `FORMS`, newest first, in pieces."""
    write = FORMS[form]
    return write(_pages(query))


def _pages(query: AuditQuery) -> Iterator[list[Event]]:
    """All events, those recorded meanwhile left out: newest first, each page is older than the one before."""
    events = matching(query)
    name = "seq" if query.chain else "id"
    page = list(events[:PAGE])
    while page:
        yield page
        page = list(events.filter(**{f"{name}__lt": number_of(page[-1], query)})[:PAGE])


def _json_lines(pages: Iterable[list[Event]]) -> Iterator[bytes]:
    """One event a line, RFC 8785, with all that its hash covers: `canonical` is the record byte for byte."""
    for page in pages:
        yield "".join(f"{canonical(_proof(event))}\n" for event in page).encode()


def _proof(event: Event) -> dict[str, object]:
    return {
        "chain": event.chain,
        "seq": event.seq,
        "at": rfc3339(event.at),
        "prev_hash": bytes(event.prev_hash).hex(),
        "hash": bytes(event.hash).hex(),
        "canonical": event.canonical,
    }


def _csv(pages: Iterable[list[Event]]) -> Iterator[bytes]:
    """A table with a line of names above (RFC 4180), marked as UTF-8 for spreadsheets."""
    yield UTF8_MARK + csv_lines([COLUMNS])
    for page in pages:
        yield csv_lines(_cells(event) for event in page)


def _cells(event: Event) -> list[str]:
    record, proof = event.record, _proof(event)
    cells = {
        **proof,
        "actor_id": record["actor"]["id"],
        "actor": record["actor"]["name"],
        "kind": record["actor"]["kind"],
        "action": event.action,
        "target_type": event.target_type,
        "target_id": event.target_id,
        "data": json.dumps(event.data, ensure_ascii=False, sort_keys=True),
    }
    return [str(cells.get(name, record.get(name)) or "") for name in COLUMNS]


FORMS: Final[dict[str, Callable[[Iterable[list[Event]]], Iterator[bytes]]]] = {"jsonl": _json_lines, "csv": _csv}
