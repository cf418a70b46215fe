"""The one way into the registers: payloads of a person become a signed bundle, with its event, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from accounts.callers import Caller, foundry_caller
from audit.keys.sealing import ensure_site_key
from projects.writing import ProjectWrite, project_write
from stages.registers import guards, observers
from stages.registers.fold.bundles import Sourced
from stages.registers.keys import (
    ActorSigner,
    MissingKey,
    enrol,
    own_site_key,
    read_signer,
    record_enrolment,
    signer_query,
)
from stages.registers.keys.signing import Enrolment
from stages.registers.permissions import WRITE
from stages.registers.services.ahead import Ahead
from stages.registers.services.bases import check_base
from stages.registers.services.composing import Composing, Wanted, request_of
from stages.registers.services.duplicates import Duplicates
from stages.registers.services.summarizing import about
from stages.registers.services.written import Written, record_bundle, written_before
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage


@dataclass(slots=True)
class RegisterWrite:
    """A write under way: the project's lock is held, and who writes may. `proposal` is one that it carries out."""

    write: ProjectWrite
    composing: Composing
    enrolment: Enrolment | None = None
    proposal: UUID | None = None

    @property
    def increment(self) -> StoredIncrement:
        return self.composing.increment

    @property
    def signer(self) -> ActorSigner:
        return self.composing.signer

    def complete(
        self,
        payloads: Wanted,
        *,
        base: Collection[str] | None = None,
        undoes: str | None = None,
        reason: str | None = None,
        system: Collection[str] = frozenset(),
    ) -> Written:
        """Write what is wanted, with what hooks add, as one bundle; `write_bundle` says how it is refused."""
        composing = self.composing
        wanted = composing.wanted(payloads)
        if base is not None:
            composing.increment.storage.prepare(payload for payload, _source in wanted)
            check_base(composing.increment, composing.project_id, (payload for payload, _source in wanted), base)
        wanted = composing.with_hooks(wanted)
        if not wanted:
            return Written()
        composing.check(wanted, system)
        return self.append(wanted, undoes=undoes, reason=reason)

    def append(self, payloads: list[Sourced], *, undoes: str | None, reason: str | None) -> Written:
        """Sign, apply, record and write a bundle."""
        bundle = self.composing.compose(payloads, undoes=undoes)
        increment, project_id = self.increment, self.composing.project_id
        for step in guards.check(project_id, bundle.header, increment.storage.asked):
            self.write.afterwards(step)
        increment.storage.received_at = self.signer.now
        increment.storage.expect([bundle.hash], known=False)
        changes = increment.add(bundle)
        duplicates = Duplicates(increment, self.composing.schema)
        duplicates.look(changes)
        applied = observers.AppliedBundle(self.write.caller, project_id, increment.storage, changes, self.proposal)
        event = record_bundle(
            self.write,
            bundle,
            changes,
            increment,
            duplicates=duplicates.changes,
            reason=reason,
            about=about([each.payload for each in bundle.operations], increment, self.composing.schema),
            followed_by=[*increment.storage.flushing(), *observers.observe(applied)],
        )
        increment.storage.flushed()
        if self.enrolment is not None:
            record_enrolment(self.write.caller, self.enrolment)
        duplicates.write(bundle.hash)
        for step in self.composing.afterwards.values():
            step()
        op_ids = tuple(each.op_id for each in bundle.operations)
        return Written(bundle.header.bundle_id, bundle.hash, op_ids, changes, event)


def write_bundle(
    *,
    caller: Caller,
    project_id: UUID,
    payloads: Wanted,
    base: Collection[str] | None = None,
    undoes: str | None = None,
    reason: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    system: Collection[str] = frozenset(),
    ahead: Collection[str] = (),
) -> Written:
    """Write payloads as one bundle: all of it, or nothing.

    `base` are the ids of the operations that the caller saw in the fields that are set: `StaleBase` where another one
    is there now. `parameters` is what the caller's `client_ref` stands for, where `payloads` is a function. `system`
    are the system facets of the calling app (`catalogue`). `ahead` are ids of records that a function will ask for, so
    that they are read with the first round trip. Raises the errors of `project_write` and of
    `checking.check_payloads`, what hooks raise, and what a function raises that answers the payloads.
    """

    def write(registers: RegisterWrite) -> Written:
        return registers.complete(payloads, base=base, undoes=undoes, reason=reason, system=system)

    return in_register_write(caller, project_id, request_of(payloads, parameters), write, ahead=ahead)


def in_register_write(
    caller: Caller,
    project_id: UUID,
    parameters: Mapping[str, Any],
    write: Callable[[RegisterWrite], Written],
    *,
    ahead: Collection[str] = (),
) -> Written:
    """Run the write of a bundle in its transaction; the account gets a key before, if it has none.

    A request that was answered before gets the same answer.
    """
    attempt = partial(_attempt, caller, project_id, parameters, own_site_key(), write)
    try:
        return attempt(ahead=ahead, may_enrol=False)
    except MissingKey:
        ensure_site_key(caller=foundry_caller())
        return attempt(ahead=ahead, may_enrol=True)


def _attempt(
    caller: Caller,
    project_id: UUID,
    parameters: Mapping[str, Any],
    site_key: bytes,
    write: Callable[[RegisterWrite], Written],
    *,
    ahead: Collection[str],
    may_enrol: bool,
) -> Written:
    storage = PostgresStorage(project_id)
    opening = storage.opening_queries(ahead)
    asked = Ahead(project_id)
    with project_write(
        caller=caller,
        project_id=project_id,
        action=WRITE,
        parameters=parameters,
        extra_query=signer_query(caller.user.id, site_key),
        further_queries=[*opening, *asked.queries],
    ) as project:
        if project.repeat_of is not None:
            return written_before(project.repeat_of, project_id)
        storage.take_opened(project.further_rows[: len(opening)], ahead)
        storage.asked = asked.by_name(project.further_rows[len(opening) :])
        return write(begin(project, project.extra_rows, site_key, may_enrol=may_enrol, storage=storage))


def begin(
    project: ProjectWrite,
    signer_rows: Sequence[tuple[Any, ...]],
    site_key: bytes,
    *,
    may_enrol: bool,
    storage: PostgresStorage | None = None,
    proposal: UUID | None = None,
) -> RegisterWrite:
    """A write of registers within one of their project; `signer_rows` are those of `signer_query`.

    `storage` is one that was read under the project's lock, `proposal` what the write carries out.

    Raises `MissingKey` where the account has no key, and none is to be made.
    """
    caller, project_id = project.caller, project.project.id
    enrolment = None
    try:
        signer = read_signer(signer_rows, site_key)
    except MissingKey:
        if not may_enrol:
            raise
        signer, enrolment = enrol(caller.user, site_key, signer_rows[0][0])
    composing = Composing(caller, project_id, StoredIncrement(storage or PostgresStorage(project_id)), signer)
    return RegisterWrite(project, composing, enrolment, proposal)
