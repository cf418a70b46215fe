"""The frame of every write of the stage: the event and the signed bundle of records in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from accounts.callers import Caller, foundry_caller
from audit.keys.sealing import ensure_site_key
from audit.models import Event
from projects.writing import project_write
from stages.automation.facets import FACETS
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import Payload, SetField
from stages.registers.keys import MissingKey, own_site_key, record_enrolment, signer_query
from stages.registers.services.composing import Wanted
from stages.registers.services.writing import RegisterWrite, begin
from stages.registers.services.written import Written
from stages.registers.verbs import schema_records

Answer = TypeVar("Answer")


def automation_write(
    *,
    caller: Caller,
    project_id: UUID,
    action: str,
    parameters: Mapping[str, Any],
    write: Callable[[RegisterWrite], Answer],
    repeat: Callable[[Event], Answer],
) -> Answer:
    """Run a write under its project's lock, by who may do `action`; the account gets a key before, if it has none.

    `write` records its events with `RegisterWrite.write.record`, its own one first, and writes records with
    `write_records`; what it raises undoes all of it. `repeat` answers a request that was answered before, from its
    first event. Raises the errors of `project_write`.
    """

    def attempt(*, may_enrol: bool) -> Answer:
        site_key = own_site_key()
        query = signer_query(caller.user.id, site_key)
        with project_write(
            caller=caller, project_id=project_id, action=action, parameters=parameters, extra_query=query
        ) as project:
            if project.repeat_of is not None:
                return repeat(project.repeat_of)
            registers = begin(project, project.extra_rows, site_key, may_enrol=may_enrol)
            answer = write(registers)
            if registers.enrolment is not None:
                record_enrolment(caller, registers.enrolment)
            return answer

    try:
        return attempt(may_enrol=False)
    except MissingKey:
        ensure_site_key(caller=foundry_caller())
        return attempt(may_enrol=True)


def write_records(registers: RegisterWrite, payloads: Wanted, *, reason: str | None = None) -> Written:
    """Write records as one bundle, those of the stage's own facets included; at most once in a write."""
    written = registers.complete(payloads, reason=reason, system=FACETS)
    if written.event is not None:
        # The bundle has recorded the key of its author.
        registers.enrolment = None
    return written


def put_values(acts: Acts, entity: str, facet: str, values: Mapping[str, Any]) -> list[Payload]:
    """The payloads after which a record shows these values, also where sites have written different ones."""
    payloads = schema_records.put(acts, entity, facet, values)
    found = acts.increment.storage.records.get(entity)
    shown = found.fields.get(facet, {}) if found is not None and found.alive else {}
    written = {each.field_name for each in payloads if isinstance(each, SetField)}
    for name, each in shown.items():
        if name in values and name not in written and len({tip.op_id for tip in each.tips}) > 1:
            payloads += acts.resolve(entity, facet, name, values[name])
    return payloads
