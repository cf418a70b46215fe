"""Links, mappings of fields, and decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from accounts.callers import Caller
from kernel.errors import NotFound
from stages.registers import models, verbs
from stages.registers.fold.acts import Acts
from stages.registers.fold.effects import Field
from stages.registers.fold.views import Conflict
from stages.registers.schema import Schema
from stages.registers.services.acting import Done, Verbed, act
from stages.registers.verbs.finding import make_id


def link(
    *,
    caller: Caller,
    project_id: UUID,
    source: str,
    target: str,
    relation: str | None = None,
    properties: Mapping[str, Any] | None = None,
    at: int | None = None,
    index: str | None = None,
) -> Done:
    """A link from one record to another; it answers the id of the link."""
    edge = make_id()
    named: dict[str, Any] = {"source": source, "target": target, "properties": properties, "at": at, "index": index}

    def verb(acts: Acts, schema: Schema) -> Verbed:
        return verbs.link(acts, schema, edge, type_=relation, **named), edge

    done = act(
        caller=caller, project_id=project_id, verb=verb, parameters={"verb": "link", "relation": relation, **named}
    )
    if done.written is not None and done.repeated:
        first = models.Operation.objects.filter(
            project=project_id, bundle__bundle_id=done.written.bundle_id, kind__in=("CreateEdge", "CreateOrderedEdge")
        ).order_by("position")
        return replace(done, answer=str(first.values_list("entity", flat=True)[0]))
    return done


def unlink(*, caller: Caller, project_id: UUID, edges: Sequence[str]) -> Done:
    verb = partial(verbs.unlink, edges=edges)
    return act(caller=caller, project_id=project_id, verb=verb, parameters={"verb": "unlink", "edges": [*edges]})


def change_link(
    *,
    caller: Caller,
    project_id: UUID,
    edge: str,
    properties: Mapping[str, Any] | None = None,
    at: int | None = None,
    index: str | None = None,
) -> Done:
    """Set properties of a link, or move it among those of its source and type."""

    def verb(acts: Acts, schema: Schema) -> Verbed:
        payloads = verbs.set_properties(acts, schema, edge, properties) if properties else []
        if at is not None or index is not None:
            payloads = [*payloads, *verbs.move(acts, schema, edge, at=at, index=index)]
        return payloads

    parameters = {"verb": "change_link", "edge": edge, "properties": properties, "at": at, "index": index}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def confirm_links(*, caller: Caller, project_id: UUID, edges: Sequence[str]) -> Done:
    """Say of links that they still hold, after something at their ends has changed."""
    verb = partial(verbs.confirm_links, edges=edges)
    return act(caller=caller, project_id=project_id, verb=verb, parameters={"verb": "confirm", "edges": [*edges]})


def confirm_mapping(
    *, caller: Caller, project_id: UUID, one: tuple[str, str], other: tuple[str, str], confirmed: bool = True
) -> Done:
    """Say that two fields, each a table and a column, are one; or take it back."""
    verb = partial(verbs.confirm_mapping, one=one, other=other, confirmed=confirmed)
    parameters = {"verb": "map", "one": [*one], "other": [*other], "confirmed": confirmed}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def resolve_conflict(
    *, caller: Caller, project_id: UUID, record: str, table: str, field: str, value: object, tips: Sequence[str]
) -> Done:
    """Decide between values that stand side by side, of a record or a link (`table` is `edge:<type>` then)."""
    verb = partial(verbs.resolve_conflict, field=Field(record, table, field), value=value, tips=tips)
    parameters = {"verb": "resolve", "field": [record, table, field], "value": value, "tips": [*tips]}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def resolve_text(
    *, caller: Caller, project_id: UUID, record: str, table: str, field: str, text: str, tips: Sequence[str]
) -> Done:
    """Decide between texts that stand side by side."""
    verb = partial(verbs.resolve_text, field=Field(record, table, field), text=text, tips=tips)
    parameters = {"verb": "resolve_text", "field": [record, table, field], "text": text, "tips": [*tips]}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def decide(*, caller: Caller, project_id: UUID, conflict: UUID, choice: str) -> Done:
    """Decide a conflict that is not between values: `keep`, `delete`, `merge` or `split`."""
    found = models.Conflict.objects.filter(project=project_id, id=conflict).first()

    def verb(acts: Acts, schema: Schema) -> Verbed:
        if found is None:
            raise NotFound(gettext("There is no such conflict."))
        return verbs.decide(acts, schema, open_conflict(found), choice)

    parameters = {"verb": "decide", "conflict": str(conflict), "choice": choice}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def open_conflict(stored: models.Conflict) -> Conflict:
    """A stored conflict as the fold has it while nobody has decided it."""
    return Conflict(stored.kind, str(stored.subject), stored.facet, stored.field, tuple(stored.values))
