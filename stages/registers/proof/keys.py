"""Whether the keys of accounts are those that were recorded, and certified by a site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.findings import Finding
from audit.models import Event
from stages.registers.events import KEY_ADDED, KEY_REVOKED
from stages.registers.keys.certificates import read_certificate
from stages.registers.keys.revocation import read_revocation
from stages.registers.models import ActorKey, KeyRevocation


def check_keys() -> Iterator[Finding]:
    """Compare every key with its certificate, and those of this site with their events."""
    events = {event.data["key_id"]: event for event in Event.objects.filter(action=KEY_ADDED).iterator()}
    revoked = {event.data["replaces"] for event in events.values() if event.data["replaces"]}
    revoked |= {event.data["key_id"] for event in Event.objects.filter(action=KEY_REVOKED).iterator()}
    for key in ActorKey.objects.order_by("id").iterator():
        where = f"actor key {key.id}"
        yield from (Finding(where, what) for what in _faults_of(key, events.pop(str(key.id), None)))
        if key.user_id is not None and (key.revoked_at is not None) != (str(key.id) in revoked):
            yield Finding(where, "whether it is revoked is not what its events say")
    for event in events.values():
        yield Finding(f"actor key {event.data['key_id']}", "its event is there, and it is missing")
    yield from _check_revocations()


def _check_revocations() -> Iterator[Finding]:
    """Compare every revocation with its sealed statement; those of this site also follow from events."""
    recorded = _recorded_revocations()
    for row in KeyRevocation.objects.order_by("id").iterator():
        where = f"revocation of a key {bytes(row.public_key).hex()}"
        place = (row.project_id, bytes(row.site_key), bytes(row.public_key))
        # One of ours without an event came back from another site, after a backup was restored.
        if recorded.get(row.text, place) != place:
            yield Finding(where, "no event recorded it", str(row.project_id))
        try:
            said = read_revocation(row.text, bytes(row.seal))
        except ValueError as error:
            yield Finding(where, f"its statement was changed: {error}", str(row.project_id))
            continue
        last = bytes(row.last_bundle) if row.last_bundle is not None else None
        stored = (row.project_id, bytes(row.public_key), bytes(row.site_key), row.last_number, last, row.at)
        if stored != (said.project_id, said.public_key, said.site_key, said.last_number, said.last_bundle, said.at):
            yield Finding(where, "it is not what its statement says", str(row.project_id))


def _recorded_revocations() -> dict[str, tuple[UUID, bytes, bytes]]:
    """What the statements in events are about: project, site and key, by their texts."""
    found = {}
    for event in Event.objects.filter(action=KEY_REVOKED).iterator():
        for each in event.data["statements"]:
            # One that cannot be read is a finding of its event (`rebuilding`).
            with suppress(ValueError):
                said = read_revocation(each["text"], bytes.fromhex(each["seal"]))
                found[each["text"]] = (said.project_id, said.site_key, said.public_key)
    return found


def _faults_of(key: ActorKey, event: Event | None) -> Iterator[str]:
    try:
        found = read_certificate(key.certificate, bytes(key.seal))
    except ValueError as error:
        yield f"its certificate was changed: {error}"
        return
    if (found.public_key, found.site_key) != (bytes(key.public_key), bytes(key.site_key)):
        yield "its certificate is of another key or site"
    if key.user_id is None:
        return
    if event is None:
        yield "no event recorded it"
        return
    data: dict[str, Any] = event.data
    recorded = (data["public_key"], data["site_key"], data["certificate"], data["seal"], event.target_id)
    names = (bytes(key.public_key).hex(), bytes(key.site_key).hex(), key.certificate, bytes(key.seal).hex())
    if recorded != (*names, str(key.user_id)) or datetime.fromisoformat(data["created_at"]) != key.created_at:
        yield "it is not what its event says"
