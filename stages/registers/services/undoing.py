"""Undo and redo: the newest bundle of a person that still makes a difference is taken back by another bundle."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext

from accounts.callers import Caller
from kernel.crdt.encoding import MAX_NUMBER
from kernel.errors import Conflict, PayloadTooLarge
from stages.registers.fold.bundles import Bundle
from stages.registers.fold.headers import MAX_OPERATIONS
from stages.registers.fold.since import Kept
from stages.registers.fold.stacks import redoable, undoable
from stages.registers.fold.undo import take_back_newest
from stages.registers.keys.certificates import read_certificate
from stages.registers.models import ActorKey
from stages.registers.services.refusals import refusals
from stages.registers.services.touching import tables_touched
from stages.registers.services.writing import RegisterWrite, in_register_write
from stages.registers.services.written import Written

# Ids of clients in documents have 53 bits; the smallest ones are used by readers.


def undo(*, caller: Caller, project_id: UUID, within: str = "") -> Written:
    """Take back the caller's newest bundle that makes a difference; what somebody else has changed since stays.

    `Written.kept` names what stays. Raises `Conflict` where there is nothing to undo, and where all of it stays: then
    with `kept`, of each `kind`, what it is, and `by`, the name of who changed it. `within` a table, what is in other
    tables only is refused as well: with `elsewhere`, their titles.
    """
    nothing = gettext("There is nothing of yours to undo here.")
    return in_register_write(
        caller, project_id, {"undo": True}, lambda write: _take_back(write, undoable, nothing, within)
    )


def redo(*, caller: Caller, project_id: UUID, within: str = "") -> Written:
    """Take back the caller's newest undo, if they have not written anything since. Raises `Conflict` as `undo`."""
    nothing = gettext("There is nothing of yours to redo here.")
    return in_register_write(
        caller, project_id, {"redo": True}, lambda write: _take_back(write, redoable, nothing, within)
    )


def new_client_id() -> int:
    """An id to write in a text under, as the strict reader of updates takes it."""
    return 2 + secrets.randbelow(MAX_NUMBER - 2)


def _take_back(
    write: RegisterWrite, listed: Callable[[Sequence[Bundle]], list[Bundle]], nothing: str, within: str
) -> Written:
    increment = write.increment
    bundles = listed(increment.storage.by_actor(write.signer.public_key))
    if bundles:
        increment.storage.prepare_past(bundles[-1])
    with refusals():
        found = take_back_newest(increment, bundles, new_client_id)
    if found is None:
        raise Conflict(nothing)
    bundle, taken = found
    if within and within not in (touched := tables_touched(increment, bundle)):
        schema = write.composing.schema
        titles = sorted(schema.tables[each].label if each in schema.tables else each for each in touched)
        words = gettext("Your newest change is in {tables}.").format(
            tables=", ".join(titles) or gettext("other tables")
        )
        raise Conflict(words, elsewhere=titles)
    if not taken.payloads:
        words = gettext("This stays as it is: {names} changed it since.").format(names=_names(taken.kept))
        raise Conflict(words, kept=[describe_kept(each) for each in taken.kept])
    payloads = write.composing.with_hooks([(payload, None) for payload in taken.payloads])
    if len(payloads) > MAX_OPERATIONS:
        words = gettext("Taking this back takes more than {most} changes at once.")
        raise PayloadTooLarge(words.format(most=f"{MAX_OPERATIONS:,}"))
    written = write.append(payloads, undoes=bundle.header.bundle_id, reason=None)
    return Written(
        written.bundle_id, written.hash, written.op_ids, written.changes, written.event, kept=tuple(taken.kept)
    )


def describe_kept(kept: Kept) -> dict[str, Any]:
    """What stays, as programs read it: `of` is a field, a subject, a pair of fields, or an id."""
    of = kept.of if isinstance(kept.of, str) else list(kept.of)
    return {"kind": kept.kind, "of": of, "by": name_of(kept.actor_id)}


def name_of(actor_id: str) -> str:
    """The name of who signs with a key, as the certificate has it; empty for an unknown key."""
    keys = ActorKey.objects.filter(public_key=bytes.fromhex(actor_id)).select_related("user")
    # Any site can certify a key that it has seen; an account here comes first.
    key = keys.order_by(F("user").asc(nulls_last=True), "created_at").first()
    if key is None:
        return ""
    return key.user.display_name if key.user else read_certificate(key.certificate, bytes(key.seal)).name


def _names(kept: Sequence[Kept]) -> str:
    return ", ".join(dict.fromkeys(name for each in kept if (name := name_of(each.actor_id)))) or "?"
