"""A verb, done: called with the state under the project's lock, checked, and written as one bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from accounts.callers import Caller
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import CreateEntity, Payload
from stages.registers.models import Operation
from stages.registers.schema import Schema
from stages.registers.services.writing import write_bundle
from stages.registers.services.written import Written
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage
from stages.registers.verbs import WrittenRows
from stages.registers.verbs.finding import is_record_id

# What a verb answers: payloads, perhaps with what else its caller wants to know.
Verbed = Sequence[Payload] | WrittenRows | tuple[Sequence[Payload], Any]
Verb = Callable[[Acts, Schema], Verbed]
MAX_AHEAD: Final = 2_000


@dataclass(frozen=True, slots=True)
class Done:
    """The bundle of a verb, None where there was nothing to write; `answer` is what the verb answered besides.

    The answer of a repeat is None.
    """

    written: Written | None
    answer: Any = None

    @property
    def repeated(self) -> bool:
        return self.written is not None and self.written.repeated


def act(
    *,
    caller: Caller,
    project_id: UUID,
    verb: Verb,
    parameters: Mapping[str, Any],
    reason: str | None = None,
    ahead: Iterable[str] = (),
) -> Done:
    """Do what a verb says in one bundle. `parameters` are what the caller's `client_ref` stands for.

    `ahead` are the records that it will ask for, as far as they are ids, so that they are read with all the rest.
    Raises what the verb and `write_bundle` refuse.
    """
    answers: list[Any] = []

    def payloads(acts: Acts, schema: Schema) -> Sequence[Payload]:
        found, answer = payloads_of(verb(acts, schema))
        answers.append(answer)
        return found

    written = write_bundle(
        caller=caller,
        project_id=project_id,
        payloads=payloads,
        parameters=parameters,
        reason=reason,
        ahead=list(islice(filter(is_record_id, dict.fromkeys(ahead)), MAX_AHEAD)),
    )
    return Done(written if written.event is not None else None, answers[-1] if answers else None)


def acts_of(project_id: UUID) -> Acts:
    """The acts on what is stored, for a look at what a verb would do."""
    return Acts(StoredIncrement(PostgresStorage(project_id)))


def payloads_of(found: Verbed) -> tuple[list[Payload], Any]:
    """What a verb answered: payloads, and the rest."""
    if isinstance(found, WrittenRows):
        return found.payloads, found.records
    if isinstance(found, tuple):
        return list(found[0]), found[1]
    return list(found), None


def created_records(project_id: UUID, bundle_id: UUID | str) -> list[str]:
    """The entities that a bundle created, in their order."""
    operations = Operation.objects.filter(
        project=project_id, bundle__bundle_id=bundle_id, kind=CreateEntity.__name__
    ).order_by("position")
    return [str(each) for each in operations.values_list("entity", flat=True)]
