"""Opening a shared text, and typing in it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from pycrdt import Doc

import realtime
from accounts.callers import Caller
from kernel.crdt.known_items import KnownItems, read_clocks
from kernel.crdt.refusals import RefusedUpdate
from kernel.crdt.updates import UpdateSummary, read_update
from kernel.errors import Conflict, PayloadTooLarge, PermissionDenied, ValidationFailed
from kernel.transactions import one_moment, write_transaction
from projects.access import get_project
from projects.models import Status
from projects.permissions import allowed
from stages.registers.fold.acts import Acts
from stages.registers.fold.deltas import write_text
from stages.registers.fold.documents import MAX_BYTES, ROOT, Replay, YrsFailed
from stages.registers.fold.effects import Field, Key
from stages.registers.fold.payloads import MAX_DELTA, Payload, SetCRDTField
from stages.registers.fold.stored_documents import StoredDocument
from stages.registers.models import TextWriter
from stages.registers.permissions import READ, WRITE
from stages.registers.schema import Schema
from stages.registers.services.writing import write_bundle
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage
from stages.registers.texts.live import texts_topic
from stages.registers.texts.shared import SharedText, find_shared_text
from stages.registers.verbs.finding import make_client_id

# For so long, what was typed and not acknowledged can be sent under the client id that it was typed under.
KEPT: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class OpenedText:
    """A shared text as a client gets it.

    `writer` is the client id to type under, None for who may only read or while different texts are in conflict;
    `state` is a Yjs update with all that the client's document lacks.
    """

    writer: int | None
    state: bytes
    is_conflicted: bool

    @property
    def body(self) -> dict[str, Any]:
        state = b64encode(self.state).decode()
        return {"writer": self.writer, "state": state, "is_conflicted": self.is_conflicted}


def open_text(
    *, caller: Caller, project_id: UUID, field: Field, state_vector: bytes = b"", writer: int | None = None
) -> OpenedText:
    """Read a shared text, beginning behind `state_vector`, and give the caller a client id for it.

    `writer` is an earlier id of the caller's, which stays. Raises `NotFound`, `Conflict`, `ValidationFailed`.
    """
    access = get_project(user=caller.user, project_id=project_id, action=READ)
    with one_moment():
        acts, schema = _look(project_id)
        text = find_shared_text(acts, schema, field)
        state = _state_behind(text.document, state_vector)
    may_write = allowed(WRITE, role=access.role, status=Status(access.project.status)) and not caller.is_read_only
    may_write = may_write and not text.differing
    number = _writer(caller, project_id, acts, text, writer) if may_write else None
    return OpenedText(number, state, bool(text.differing))


def type_delta(*, caller: Caller, project_id: UUID, field: Field, writer: int, delta: bytes) -> str | None:
    """Write what was typed under a client id of the caller's; the bundle's hash, None where nothing of it was new.

    `delta` is a Yjs update of what one client wrote in the root `text`. Whoever follows the texts of the project gets
    it. Raises `NotFound`, `Conflict`, `ValidationFailed`, `PermissionDenied`, `ProjectFrozen`, `PayloadTooLarge`.
    """
    if not 1 <= len(delta) <= MAX_DELTA:
        raise PayloadTooLarge(_("A change of a text has at most 256 KiB."), field=field.name)
    raw = _raw_of(caller, project_id, writer)

    place = {"record": field.entity, "facet": field.facet, "field": field.name}
    params = {**place, "writer": writer, "delta": b64encode(delta).decode()}

    def plan(acts: Acts, schema: Schema) -> list[Payload]:
        text = find_shared_text(acts, schema, field)
        if raw != text.main or text.differing:
            raise Conflict(_("This text was joined with another one. Open it again."))
        return _payloads(acts, text, writer, delta)

    written = write_bundle(caller=caller, project_id=project_id, payloads=plan, parameters=params)
    if written.event is None:
        return None
    frame = {**params, "user": caller.user.person(), "bundle": written.hash}
    realtime.send_notification(topic=texts_topic(project_id), method="record.typed", params=frame)
    return written.hash


def tidy_writers() -> int:
    """Remove client ids that are too old to be used; how many these were."""
    count, _by_model = TextWriter.objects.filter(opened_at__lt=timezone.now() - KEPT).delete()
    return count


def _look(project_id: UUID) -> tuple[Acts, Schema]:
    storage = PostgresStorage(project_id)
    return Acts(StoredIncrement(storage)), Schema.read(storage, str(project_id))


def _state_behind(document: StoredDocument | None, state_vector: bytes) -> bytes:
    if state_vector:
        _check_state_vector(state_vector)
    if document is None:
        return Doc[Any]().get_update()
    if not state_vector:
        return document.state
    return Replay.load(document).doc.get_update(state_vector)


def _check_state_vector(state_vector: bytes) -> None:
    """Yrs gets no bytes of a client that were not read before."""
    try:
        read_clocks(state_vector)
    except RefusedUpdate:
        raise ValidationFailed({"state_vector": [_("This is not a state vector of Yjs.")]}) from None


def _writer(caller: Caller, project_id: UUID, acts: Acts, text: SharedText, known: int | None) -> int:
    main = text.main
    named = {
        "project_id": project_id,
        "user_id": caller.user.id,
        "entity": main.entity,
        "facet": main.facet,
        "field": main.name,
    }
    if known is not None and TextWriter.objects.filter(client_id=known, **named).exists():
        return known
    client_id = make_client_id(acts.increment.storage, [main])
    with write_transaction():
        TextWriter.objects.create(client_id=client_id, opened_at=timezone.now(), **named)
    return client_id


def _raw_of(caller: Caller, project_id: UUID, writer: int) -> Field:
    """The raw field that a client id of the caller's was given for."""
    row = TextWriter.objects.filter(project_id=project_id, client_id=writer, user_id=caller.user.id).first()
    if row is None:
        raise PermissionDenied(_("This client id is not yours. Open the text again."))
    return Field(str(row.entity), row.facet, row.field)


def _payloads(acts: Acts, text: SharedText, writer: int, delta: bytes) -> list[Payload]:
    """The delta, and what makes the texts that are one with this one say the same.

    Nothing where the text has all of it: it was sent again because its answer was lost.
    """
    replay = Replay() if text.document is None else Replay.load(text.document)
    summary = _read(replay.known, writer, delta)
    if not summary.is_new and not summary.ranges:
        return []
    before = replay.text
    if len(before.encode()) + summary.inserted > MAX_BYTES:
        raise PayloadTooLarge(_("A text has at most 1 MiB."), field=text.main.name)
    try:
        replay.apply(delta)
    except YrsFailed:
        raise ValidationFailed({"delta": [_("This change could not be applied.")]}) from None
    if not summary.is_new and replay.text == before:
        return []
    payloads: list[Payload] = [SetCRDTField(*text.main, delta)]
    for raw in text.following:
        operations = acts.increment.storage.operations_on(Key("text", raw))
        client_id = make_client_id(acts.increment.storage, [raw])
        if made := write_text(operations, replay.text, client_id):
            payloads.append(SetCRDTField(*raw, made))
    return payloads


def _read(known: KnownItems, writer: int, delta: bytes) -> UpdateSummary:
    return read_update(delta, client_ids={writer}, state=known, root=ROOT)
