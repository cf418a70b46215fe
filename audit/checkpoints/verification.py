"""Verifies checkpoints: their seals and links, and that every event they cover is still on its chain."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Min

from audit.checkpoints.heads import Head
from audit.checkpoints.models import Checkpoint, Timestamp
from audit.checkpoints.services import CHECKPOINT, CHECKPOINT_MADE
from audit.checkpoints.stamping import CHECKPOINT_STAMPED, stamp_fault, trusted_roots
from audit.findings import Finding
from audit.keys.sealing import seal_fault
from audit.keys.succession import site_keys
from audit.keys.text import rfc3339
from audit.models import SITE_CHAIN, Event


def check_checkpoints() -> Iterator[Finding]:
    """Verify all checkpoints, then the events that they cover: a chain whose last events were removed fails here."""
    seen: dict[str, int] = {}
    keys = site_keys().known()
    previous: Checkpoint | None = None
    made = Event.objects.chain(SITE_CHAIN).filter(action=CHECKPOINT_MADE)
    recorded = {event.target_id: event.data.get("sha256") for event in made}
    for checkpoint in Checkpoint.objects.order_by("number").iterator(chunk_size=50):
        what = _fault(checkpoint, previous, keys)
        if what is None and recorded.pop(str(checkpoint.number), None) != checkpoint.sha256:
            what = "no event recorded it as it is"
        if what:
            yield Finding(str(checkpoint), what)
            return
        for digest in checkpoint.statement["heads"]:
            seen.setdefault(digest, checkpoint.number)
        previous = checkpoint
    for number in recorded:
        yield Finding(f"checkpoint {number}", "it was removed: an event recorded it")
    yield from _missing(seen)


def check_timestamps() -> Iterator[Finding]:
    """Verify that each time stamp matches its event and checkpoint, has a trusted authority, and is not missing."""
    try:
        roots = trusted_roots()
    except (OSError, ValueError) as error:
        yield Finding("FOUNDRY_TIMESTAMP_ROOTS", f"the roots that time stamps are held against cannot be read: {error}")
        return
    stamped = Event.objects.chain(SITE_CHAIN).filter(action=CHECKPOINT_STAMPED)
    recorded = {event.target_id: event.data for event in stamped}
    for timestamp in Timestamp.objects.select_related("checkpoint").order_by("checkpoint").iterator(chunk_size=100):
        data = recorded.pop(str(timestamp.checkpoint_id), {})
        actual = (hashlib.sha256(bytes(timestamp.answer)).hexdigest(), rfc3339(timestamp.stamped_at))
        what = stamp_fault(timestamp, roots)
        if what or actual != (data.get("answer"), data.get("at")):
            yield Finding(str(timestamp), what or "it was changed, or is about something else")
    for number in recorded:
        yield Finding(f"time stamp of {number}", "it was removed: an event recorded it")


def expected_fault(number: int, sha256: str) -> str | None:
    """Compare a checkpoint with its SHA-256 from an external collector; None if they agree."""
    checkpoint = Checkpoint.objects.filter(pk=number).first()
    if checkpoint is None:
        return f"checkpoint {number} is gone: it was cut off"
    return None if checkpoint.sha256 == sha256 else f"checkpoint {number} is another one than the log's"


def _fault(checkpoint: Checkpoint, previous: Checkpoint | None, keys: dict[str, bytes]) -> str | None:
    number = previous.number + 1 if previous else 1
    if checkpoint.number != number:
        return f"checkpoint {number} is missing before it"
    fault = seal_fault(checkpoint.text, bytes(checkpoint.signature), kind=CHECKPOINT, keys=keys)
    return fault or _fault_in_statement(checkpoint, previous, keys)


def _fault_in_statement(checkpoint: Checkpoint, previous: Checkpoint | None, keys: dict[str, bytes]) -> str | None:
    statement: dict[str, Any] = checkpoint.statement
    actual = (checkpoint.number, checkpoint.key_id, rfc3339(checkpoint.made_at))
    if (statement["number"], statement["key"], statement["at"]) != actual:
        return "its number, key or time was changed"
    if statement["previous"] != (previous.sha256 if previous else None):
        return "it does not name the checkpoint before it"
    if statement["heads"] != sorted(set(statement["heads"])):
        return "its list is not sorted"
    if not set(statement.get("keys", ())) <= keys.keys():
        return "it names a key that neither the site's key before it nor the operator endorsed"
    return None


def _missing(seen: dict[str, int]) -> Iterator[Finding]:
    """The heads in checkpoints that match no event of any chain, earliest checkpoint first."""
    found: dict[str, set[str]] = {}
    events = Event.objects.order_by("id").values_list("chain", "seq", "hash")
    for chain, seq, digest in events.iterator(chunk_size=5000):
        head = Head(chain, seq, bytes(digest).hex()).digest
        if head in seen:
            found.setdefault(chain, set()).add(head)
    there = set().union(*found.values()) if found else set()
    lost = sorted(seen[digest] for digest in seen.keys() - there)
    if lost:
        suspects = _cut_off(lost[0], found)
        named = f" ({', '.join(suspects)})" if suspects else ""
        yield Finding(f"checkpoint {lost[0]}", f"it saw events that are gone: a chain was cut off{named}")


def _cut_off(number: int, found: dict[str, set[str]]) -> list[str]:
    """The chains that existed at a checkpoint and no longer have the last event that it covers."""
    checkpoint = Checkpoint.objects.get(pk=number)
    heads = set(checkpoint.statement["heads"])
    begun: dict[str, datetime] = {
        row["chain"]: row["first"] for row in Event.objects.values("chain").annotate(first=Min("at"))
    }
    return sorted(
        chain for chain, first in begun.items() if first < checkpoint.made_at and not heads & found.get(chain, set())
    )
