"""Recording events: the only code that inserts them."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from audit import live
from audit.event_types import EVENT_TYPES
from audit.models import SITE_CHAIN, Event, Site, project_chain
from audit.protocols import AuditCaller
from audit.via import VIAS
from kernel.canonical import EVENT_VERSION, canonical, canonical_hash
from kernel.errors import ClientRefReused, ReadOnlyToken
from kernel.statements import Statement, run, run_together

# The columns that Postgres generates from the canonical text, which are read back after the insert.
_RETURNED = (
    *("id", "chain", "action", "actor_id", "target_type", "target_id", "client_ref", "request"),
    *("seq", "at", "prev_hash", "hash"),
)
_COLUMNS = ", ".join(_RETURNED)


@dataclass(frozen=True, slots=True)
class Target:
    """What an event is about: the kind of thing (`draft`, `lease`, `member` …) and its id."""

    type: str
    id: str

    @classmethod
    def of(cls, kind: str, identity: uuid.UUID | str) -> Target:
        return cls(kind, str(identity))


@functools.cache
def site_id() -> str:
    """The id of this installation, which every event and signature names."""
    return str(Site.objects.values_list("id", flat=True).get())


def request_hash(action: str, parameters: Mapping[str, Any]) -> str:
    """The hash that identifies a request: SHA-256 of RFC 8785 `{action, parameters}`, without secrets."""
    return canonical_hash({"action": action, "parameters": dict(parameters)})


def answered(*, caller: AuditCaller, project_id: uuid.UUID | None, request: str) -> Event | None:
    """The first event of an earlier write with this caller's `client_ref`, or None.

    Raises `ClientRefReused` if that write was a different request.
    """
    if caller.client_ref is None:
        return None
    chain = project_chain(project_id) if project_id else SITE_CHAIN
    event = Event.objects.filter(chain=chain, actor_id=caller.user.id, client_ref=caller.client_ref).first()
    if event is not None and event.request != request:
        raise ClientRefReused(_("This client_ref was already used for another request. Make a new one."))
    return event


def record(
    *,
    caller: AuditCaller,
    action: str,
    target: Target,
    data: Mapping[str, Any] | None = None,
    project_id: uuid.UUID | None = None,
    reason: str | None = None,
    request: str | None = None,
    with_statements: Sequence[Statement] = (),
    followed_by: Sequence[Statement] = (),
) -> Event:
    """Append one event to the project's chain (the `site` chain without one) and publish it after commit.

    `action` names a registered type of event (`audit.event_types`); raises `LookupError` for any other, for a chain
    on which it does not belong, and for a caller whose `via` is not registered (`audit.via`). Raises `ReadOnlyToken`:
    since every write records its event, none gets past this with a token that is for reading.
    Must run inside the transaction of the write it records: no event, no write; no write, no event (11.10(e)).
    `data` holds hashes and short values before and after, never whole texts. `request` (see `request_hash`) is given
    with a write's first event only, and makes the caller's `client_ref` the write's idempotency key. `with_statements`
    are the INSERT, UPDATE or DELETE statements of the write that go to Postgres together with the event; they may read
    its `seq` and `at` from a table `event`. `followed_by` are statements that Postgres runs one after the other behind
    it, each on what the ones before wrote, without another round trip.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("audit.record must run inside the transaction of its write")
    if caller.is_read_only:
        raise ReadOnlyToken
    _check_registered(action, caller.via, project_id)
    fact = {
        **_circumstances(caller, project_id),
        "action": action,
        "target": {"type": target.type, "id": target.id},
        "data": dict(data or {}),
        "reason": reason,
    }
    if request is not None and caller.client_ref is not None:
        fact |= {"client_ref": str(caller.client_ref), "request": request}
    event = _append(fact, with_statements, followed_by)
    if project_id is not None:
        transaction.on_commit(functools.partial(live.publish, event, project_id), robust=True)
    return event


def _check_registered(action: str, via: str, project_id: uuid.UUID | None) -> None:
    if action not in EVENT_TYPES:
        raise LookupError(f"The event type {action!r} is not registered: describe it in its app's events.py.")
    if EVENT_TYPES[action].chain == ("project" if project_id is None else "site"):
        raise LookupError(f"The event {action!r} belongs on the chain of the {EVENT_TYPES[action].chain}.")
    if via not in VIAS:
        raise LookupError(f"The value {via!r} of via is not registered: name it in its app (audit.via).")


def _append(fact: dict[str, Any], with_statements: Sequence[Statement], followed_by: Sequence[Statement]) -> Event:
    """Insert the event together with statements in one statement, and send those behind it in the same round trip."""
    text = canonical(fact)
    parts = [f"event AS (INSERT INTO audit_event (canonical) VALUES (%s) RETURNING {_COLUMNS})"]  # noqa: S608
    parts += [f"step_{number} AS ({sql})" for number, (sql, _) in enumerate(with_statements)]
    values = [text, *(value for _, each in with_statements for value in each)]
    inserting = f"WITH {', '.join(parts)} SELECT {_COLUMNS} FROM event", values  # noqa: S608
    (row,) = run_together([inserting, *followed_by])[0] if followed_by else run(inserting)
    return Event.from_fact(text, fact, dict(zip(_RETURNED, row, strict=True)))


def _circumstances(caller: AuditCaller, project_id: uuid.UUID | None) -> dict[str, Any]:
    """Who, from where, by which interface, on which chain: the members that every event has (control c11)."""
    user = caller.user
    return {
        "v": EVENT_VERSION,
        "site": site_id(),
        "chain": project_chain(project_id) if project_id else SITE_CHAIN,
        "actor": {"id": str(user.id), "name": user.display_name, "kind": user.kind},
        "on_behalf_of": str(caller.on_behalf_of) if caller.on_behalf_of else None,
        "via": caller.via,
        "session": str(caller.session_id) if caller.session_id else None,
        "address": caller.address,
        "user_agent": caller.user_agent,
    }
