"""The registers as one person sees them through their overlay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from accounts.callers import Caller
from accounts.models import User
from kernel.statements import database_now
from stages.registers.fold.acts import Acts
from stages.registers.fold.increment import Increment
from stages.registers.fold.payloads import Payload, read_payload
from stages.registers.fold.refreshing import Changes
from stages.registers.keys import ActorSigner, own_site_key
from stages.registers.models import Overlay
from stages.registers.schema import Schema
from stages.registers.schema.stored import stored_schema
from stages.registers.services.composing import Composing
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage

_UNSIGNED = bytes(64)


@dataclass(frozen=True, slots=True)
class View:
    """A state that can be read, and verbs can look at. `changes` are those of what is staged."""

    increment: Increment
    schema: Schema
    changes: Changes

    @property
    def acts(self) -> Acts:
        return Acts(self.increment)


def overlays_of(user: User, project_id: UUID) -> QuerySet[Overlay]:
    return Overlay.objects.filter(project=project_id, person=user)


def active_overlay(user: User, project_id: UUID) -> Overlay | None:
    return overlays_of(user, project_id).filter(is_active=True).first()


def payloads_of(overlay: Overlay) -> list[Payload]:
    """All that is staged, in its order."""
    return read_steps(overlay.steps)


def read_steps(steps: Iterable[Sequence[object]]) -> list[Payload]:
    return [read_payload(each) for step in steps for each in step]


def view_of(caller: Caller, project_id: UUID, payloads: Sequence[Payload] = ()) -> View:
    """What is stored, with payloads applied that are staged."""
    increment = StoredIncrement(PostgresStorage(project_id))
    if not payloads:
        return View(increment, stored_schema(increment.storage), Changes())
    tried = composing_of(caller, project_id, increment).tried([(each, None) for each in payloads])
    return View(tried.increment, tried.schema, tried.changes)


def composing_of(caller: Caller, project_id: UUID, increment: StoredIncrement) -> Composing:
    """Composes bundles that are never written, so nobody signs them."""
    signer = ActorSigner("0" * 64, own_site_key().hex(), lambda _text: _UNSIGNED, database_now())
    return Composing(caller, project_id, increment, signer)
