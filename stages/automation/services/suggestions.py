"""The answers to suggestions. Nothing binds by itself."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext

from accounts.callers import Caller
from kernel.errors import Conflict
from stages.automation.reading.suggestions import Named
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import ConfirmFieldMapping
from stages.registers.schema import Schema
from stages.registers.services.acting import Done, Verbed, act
from stages.registers.services.links import confirm_mapping
from stages.registers.verbs.finding import column_of, table_of


def answer_suggestion(*, caller: Caller, project_id: UUID, one: Named, other: Named, is_same: bool) -> Done:
    """Say of two columns that they are one, or that they are different and not to be suggested again.

    Raises `Conflict` where somebody has said it already, and what `confirm_mapping` refuses.
    """
    if is_same:
        return confirm_mapping(caller=caller, project_id=project_id, one=one, other=other)

    def verb(acts: Acts, schema: Schema) -> Verbed:
        for facet, name in (one, other):
            column_of(table_of(schema, facet), name)
        if acts.increment.storage.mappings.get(ConfirmFieldMapping(*one, *other).pair) is not None:
            raise Conflict(gettext("Somebody has said already whether these are one."))
        return acts.map_fields(one, other, confirmed=False)

    parameters = {"verb": "differ", "one": [*one], "other": [*other]}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)
