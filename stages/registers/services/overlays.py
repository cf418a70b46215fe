"""Overlays of a person in a project: made, swapped, filled, committed as one bundle, or discarded.

They are their person's own, so only the commit is recorded: it is a bundle with its event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from kernel.errors import Conflict, Drifted, NotFound, PayloadTooLarge, ReadOnlyToken, ValidationFailed
from kernel.transactions import write_transaction
from projects.access import get_project
from stages.registers.checking import check_payloads
from stages.registers.fold.acts import Acts
from stages.registers.fold.headers import MAX_OPERATIONS
from stages.registers.fold.payloads import Payload, read_payload
from stages.registers.models import Overlay
from stages.registers.overlays.drift import CHOICES, bases_of, drifts_of, settled
from stages.registers.overlays.views import active_overlay, composing_of, overlays_of, payloads_of, view_of
from stages.registers.permissions import READ, WRITE
from stages.registers.schema import Schema
from stages.registers.services import undoing
from stages.registers.services.acting import Done, Verb, act
from stages.registers.services.acting import payloads_of as split_payloads
from stages.registers.services.refusals import refusals
from stages.registers.services.writing import write_bundle
from stages.registers.services.written import Written
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage

MAX_OVERLAYS: Final = 50
MAX_NAME: Final = 100

Choices = Mapping[tuple[str, str, str], str]


@dataclass(frozen=True, slots=True)
class Acted:
    """What a person did: written in a bundle, or staged in an overlay; `answer` is what the verb answered besides."""

    done: Done | None
    overlay: Overlay | None
    answer: Any = None


def create_overlay(*, caller: Caller, project_id: UUID, name: str, is_active: bool = True) -> Overlay:
    """A new overlay; where it is active, the one that was is stashed."""
    if not 1 <= len(name) <= MAX_NAME:
        raise ValidationFailed({"name": [_("A name has 1 to 100 characters.")]})
    with write_transaction():
        _authorize(caller, project_id)
        mine = overlays_of(caller.user, project_id).select_for_update()
        if len(mine) >= MAX_OVERLAYS:
            raise Conflict(_("A person has at most %(most)s overlays in a project.") % {"most": MAX_OVERLAYS})
        if is_active:
            mine.update(is_active=False)
        return Overlay.objects.create(project_id=project_id, person=caller.user, name=name, is_active=is_active)


def activate_overlay(*, caller: Caller, project_id: UUID, overlay_id: UUID) -> Overlay:
    """Stage into this overlay from now on; the one that was active is stashed."""
    with write_transaction():
        _authorize(caller, project_id)
        overlay = _locked(caller.user, project_id, overlay_id)
        overlays_of(caller.user, project_id).exclude(pk=overlay.pk).update(is_active=False)
        overlay.is_active = True
        overlay.save(update_fields=["is_active", "changed_at"])
        return overlay


def stash_overlay(*, caller: Caller, project_id: UUID, overlay_id: UUID | None = None) -> Overlay:
    """Put an overlay, without an id the active one, into the background."""
    with write_transaction():
        _authorize(caller, project_id)
        overlay = _locked(caller.user, project_id, overlay_id)
        overlay.is_active = False
        overlay.save(update_fields=["is_active", "changed_at"])
        return overlay


def discard_overlay(*, caller: Caller, project_id: UUID, overlay_id: UUID | None = None) -> None:
    """Throw away what is staged; nothing of it was ever written."""
    with write_transaction():
        _authorize(caller, project_id)
        _locked(caller.user, project_id, overlay_id).delete()


def act_or_stage(*, caller: Caller, project_id: UUID, verb: Verb, parameters: Mapping[str, Any]) -> Acted:
    """Do what a verb says: in the active overlay of the person, else in a bundle."""
    if active_overlay(caller.user, project_id) is None:
        done = act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)
        return Acted(done, None, done.answer)
    return stage(caller=caller, project_id=project_id, verb=verb)


def stage(*, caller: Caller, project_id: UUID, verb: Verb) -> Acted:
    """Do what a verb says in the active overlay, on the state as it is seen through it."""
    with write_transaction(), refusals():
        _authorize(caller, project_id)
        overlay = _locked(caller.user, project_id, None)
        staged = payloads_of(overlay)
        view = view_of(caller, project_id, staged)
        found, answer = split_payloads(verb(view.acts, view.schema))
        payloads = [read_payload(each.to_json(), f"payloads.{at}") for at, each in enumerate(found)]
        if len(staged) + len(payloads) > MAX_OPERATIONS:
            words = _("An overlay has at most %(most)s changes. Commit it.") % {"most": f"{MAX_OPERATIONS:,}"}
            raise PayloadTooLarge(words)
        check_payloads(view.acts, view.schema, payloads)
        if payloads:
            storage = PostgresStorage(project_id)
            # What is too large for a bundle could be neither seen nor committed.
            composing_of(caller, project_id, StoredIncrement(storage)).compose(
                [(each, None) for each in (*staged, *payloads)]
            )
            overlay.bases |= bases_of(storage, payloads, overlay.bases)
            overlay.steps.append([each.to_json() for each in payloads])
            overlay.undone = []
            overlay.save()
        return Acted(None, overlay, answer)


def undo_or_unstage(*, caller: Caller, project_id: UUID) -> tuple[Written | None, Overlay | None]:
    """Take back the newest act: of the active overlay, else the caller's newest bundle."""
    if active_overlay(caller.user, project_id) is None:
        return undoing.undo(caller=caller, project_id=project_id), None
    return None, _move_step(caller, project_id, "steps", "undone", _("Nothing is staged in this overlay."))


def redo_or_stage_again(*, caller: Caller, project_id: UUID) -> tuple[Written | None, Overlay | None]:
    """Do again what was taken back last."""
    if active_overlay(caller.user, project_id) is None:
        return undoing.redo(caller=caller, project_id=project_id), None
    return None, _move_step(caller, project_id, "undone", "steps", _("Nothing was taken back in this overlay."))


def commit_overlay(
    *, caller: Caller, project_id: UUID, overlay_id: UUID | None = None, choices: Choices | None = None
) -> Written:
    """Write what is staged as one bundle, and end the overlay.

    Raises `Drifted` with `fields` for what somebody else has changed since and no choice was made about: `keep_mine`
    writes what is staged, `use_canonical` leaves it out.
    """
    made = dict(choices or {})
    if any(choice not in CHOICES for choice in made.values()):
        raise ValidationFailed({"resolutions": [_("Choose keep_mine or use_canonical.")]})

    def payloads(acts: Acts, schema: Schema) -> Sequence[Payload]:
        overlay = _locked(caller.user, project_id, overlay_id)
        staged = payloads_of(overlay)
        drifts = drifts_of(acts.increment, staged, overlay.bases)
        if open_ := [each for each in drifts if each.key not in made]:
            words = _("Somebody has changed what is staged. Keep yours or use theirs, field by field.")
            raise Drifted(words, overlay_id=str(overlay.id), fields=[each.body() for each in open_])
        overlay.delete()
        return settled(acts, staged, drifts, made)

    parameters = {
        "verb": "commit",
        "overlay": str(overlay_id) if overlay_id else None,
        "choices": sorted([*key, choice] for key, choice in made.items()),
    }
    return write_bundle(caller=caller, project_id=project_id, payloads=payloads, parameters=parameters)


def drifts_of_overlays(
    *, caller: Caller, project_id: UUID, overlays: Sequence[Overlay]
) -> dict[UUID, list[dict[str, Any]]]:
    """What somebody else has changed since it was staged, of each overlay, on one look at what is stored."""
    get_project(user=caller.user, project_id=project_id, action=READ)
    staged = {each.id: payloads_of(each) for each in overlays}
    increment = StoredIncrement(PostgresStorage(project_id))
    increment.storage.prepare(payload for payloads in staged.values() for payload in payloads)
    return {each.id: [drift.body() for drift in drifts_of(increment, staged[each.id], each.bases)] for each in overlays}


def _move_step(caller: Caller, project_id: UUID, source: str, target: str, nothing: str) -> Overlay:
    with write_transaction():
        _authorize(caller, project_id)
        overlay = _locked(caller.user, project_id, None)
        if not getattr(overlay, source):
            raise Conflict(nothing)
        getattr(overlay, target).append(getattr(overlay, source).pop())
        overlay.save()
        return overlay


def _authorize(caller: Caller, project_id: UUID) -> None:
    """Raises as every write does."""
    if caller.is_read_only:
        raise ReadOnlyToken
    get_project(user=caller.user, project_id=project_id, action=WRITE)


def lock_own(caller: Caller, project_id: UUID, overlay_id: UUID) -> Overlay:
    """An overlay of the caller's, who may write, with its row locked."""
    _authorize(caller, project_id)
    return _locked(caller.user, project_id, overlay_id)


def _locked(user: User, project_id: UUID, overlay_id: UUID | None) -> Overlay:
    """An overlay of the person, without an id the active one, with its row locked. Raises `NotFound`."""
    mine = overlays_of(user, project_id).select_for_update()
    found = mine.filter(is_active=True) if overlay_id is None else mine.filter(pk=overlay_id)
    overlay = found.first()
    if overlay is None:
        raise NotFound(_("There is no such overlay of yours.") if overlay_id else _("No overlay is active."))
    return overlay
