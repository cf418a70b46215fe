"""What becomes of held bundles: an owner lets one in, discards it, or enters again what it says; or time goes by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller, foundry_caller
from audit.models import Event
from audit.services import Target
from kernel.errors import Conflict, NotFound
from kernel.names import check_reason
from kernel.statements import database_now
from projects.models import Status
from projects.permissions import authorise
from projects.writing import ProjectWrite, project_write, upkeep_write
from stages.registers.catalogue import is_system
from stages.registers.fold.errors import Malformed
from stages.registers.permissions import WRITE
from stages.registers.services.joining import write_bundle_within
from stages.registers.services.refusals import refusals
from stages.registers.storing.storage import PostgresStorage
from stages.replication.choices import Decision
from stages.replication.held.acts import ACTS, DISCARD, RE_ENTER, RELEASE
from stages.replication.held.events import DISCARDED, RE_ENTERED, RELEASED
from stages.replication.held.taking import Taking
from stages.replication.ingest.wire import wire_of_text
from stages.replication.models import HeldBundle
from stages.replication.permissions import DECIDE_HELD
from stages.replication.via import SITE

# Of operations whose payloads somebody entered again: the hash of the bundle in which they were.
SOURCE: Final = "held"


def release_held(*, caller: Caller, held_id: UUID, reason: str) -> HeldBundle:
    """Let in a bundle of a site, or of a person, that was revoked; those behind it wait for their own release.

    Raises `ValidationFailed` without a reason, and `Conflict` for a bundle that is held for another reason, was decided
    already, or is not the next one of its site.
    """
    with _deciding(caller, held_id, RELEASE, check_reason(reason)) as deciding:
        if deciding.is_repeat:
            return deciding.held
        held = deciding.held
        event = deciding.record(RELEASED)
        digest = bytes(held.hash).hex()
        taking = Taking(deciding.write, PostgresStorage(held.project_id), database_now())
        if not (found := taking.take([held], released=[digest])).accepted:
            words = found.refused[0].refusal.detail if found.refused else _("The bundle before it is missing.")
            raise Conflict(words)
        deciding.end(Decision.RELEASED, event)
        taking.take_waiting()
    return held


def discard_held(*, caller: Caller, held_id: UUID, reason: str) -> HeldBundle:
    """Let a bundle never come in: it stays here, so that it is not held again when somebody sends it again.

    What follows it in the chain of its site waits for good. Raises `ValidationFailed` without a reason, and `Conflict`
    for a bundle that was decided already.
    """
    with _deciding(caller, held_id, DISCARD, check_reason(reason)) as deciding:
        if not deciding.is_repeat:
            deciding.end(Decision.DISCARDED, deciding.record(DISCARDED))
    return deciding.held


def re_enter_held(*, caller: Caller, held_id: UUID) -> HeldBundle:
    """Write what a bundle says as a new bundle of the caller's own, whose operations name it as their source.

    Raises what `write_bundle` refuses, and `Conflict` for a bundle that cannot be read or was decided already.
    """
    with _deciding(caller, held_id, RE_ENTER) as deciding:
        held, write = deciding.held, deciding.write
        if deciding.is_repeat:
            return held
        authorise(action=WRITE, role=write.role, status=Status(write.project.status))
        event = deciding.record(RE_ENTERED)
        try:
            operations = wire_of_text(held.text).read().operations
        except Malformed as error:
            raise Conflict(_("Nobody can read what this bundle says.")) from error
        source = {SOURCE: bytes(held.hash).hex()}
        facets = {facet for each in operations if (facet := getattr(each.payload, "facet_type", None))}
        system = frozenset(filter(is_system, facets))
        with refusals():
            write_bundle_within(write, [(each.payload, source) for each in operations], system=system)
        deciding.end(Decision.RE_ENTERED, event)
    return held


def retry_held(project_id: UUID) -> int:
    """Take in what is held and may come in by now; answers how many bundles did.

    For when the time has come, or sites, rights or keys have changed.
    """
    if not HeldBundle.objects.filter(project=project_id, decision="").exists():
        return 0
    with upkeep_write(caller=foundry_caller(SITE), project_id=project_id) as write:
        return Taking(write, PostgresStorage(project_id), database_now()).take_waiting()


def retry_everywhere() -> None:
    """Try it in every project in which something is held."""
    projects = HeldBundle.objects.filter(decision="").order_by().values_list("project", flat=True).distinct()
    for project_id in projects:
        retry_held(project_id)


@dataclass(slots=True)
class _Deciding:
    """An owner's decision about a held bundle, in the write of its project."""

    write: ProjectWrite
    held: HeldBundle
    reason: str | None

    @property
    def is_repeat(self) -> bool:
        return self.write.repeat_of is not None

    def record(self, action: str) -> Event:
        held = self.held
        data = {
            "held_id": str(held.id),
            "site": bytes(held.site_key).hex(),
            "number": held.number,
            "hash": bytes(held.hash).hex(),
            "held_as": held.reason,
            "reason": self.reason,
        }
        return self.write.record(action, Target.of("held_bundle", held.id), data, reason=self.reason)

    def end(self, decision: Decision, event: Event) -> None:
        held = self.held
        held.decision, held.decided_at, held.decided_by = decision, event.at, self.write.caller.user
        held.save(update_fields=["decision", "decided_at", "decided_by"])


@contextmanager
def _deciding(caller: Caller, held_id: UUID, act: str, reason: str | None = None) -> Iterator[_Deciding]:
    """The write of a decision, of a bundle that is undecided and held for a reason that allows it."""
    project_id = HeldBundle.objects.filter(pk=held_id).values_list("project", flat=True).first()
    if project_id is None:
        raise NotFound(_("There is no such held bundle."))
    parameters = {"held": str(held_id), "act": act, "reason": reason}
    with project_write(caller=caller, project_id=project_id, action=DECIDE_HELD, parameters=parameters) as write:
        # Its row is under the lock of its project.
        held = HeldBundle.objects.get(pk=held_id)
        if write.repeat_of is None:
            _check(held, act)
        yield _Deciding(write, held, reason)


def _check(held: HeldBundle, act: str) -> None:
    if held.decision:
        raise Conflict(_("It is decided already: {decision}.").format(decision=held.get_decision_display().lower()))
    if act not in ACTS[held.reason]:
        words = _("This is not possible for a bundle that is held because of this: {reason}.")
        raise Conflict(words.format(reason=held.get_reason_display()))
