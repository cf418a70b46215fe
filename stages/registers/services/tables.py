"""Tables, columns, relations and saved views: made, changed and removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from accounts.callers import Caller
from stages.registers import verbs
from stages.registers.schema import Relation
from stages.registers.schema.spelling import read_changes, read_column
from stages.registers.services.acting import Done, act


def create_table(
    *,
    caller: Caller,
    project_id: UUID,
    table: str,
    title: str = "",
    key_prefix: str = "",
    columns: Sequence[Mapping[str, Any]] = (),
) -> Done:
    """Make a table; `columns` as `schema.spelling.column_body` has them."""
    listed = [read_column(each) for each in columns]
    verb = partial(verbs.create_table, facet=table, title=title, key_prefix=key_prefix, columns=listed)
    parameters = {"verb": "create_table", "table": table, "title": title, "prefix": key_prefix, "columns": [*columns]}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def change_table(
    *, caller: Caller, project_id: UUID, table: str, title: str | None = None, key_prefix: str | None = None
) -> Done:
    verb = partial(verbs.change_table, facet=table, title=title, key_prefix=key_prefix)
    parameters = {"verb": "change_table", "table": table, "title": title, "prefix": key_prefix}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def remove_table(*, caller: Caller, project_id: UUID, table: str, reason: str | None = None) -> Done:
    verb = partial(verbs.remove_table, facet=table)
    parameters = {"verb": "remove_table", "table": table} | ({"reason": reason} if reason else {})
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters, reason=reason)


def restore_table(*, caller: Caller, project_id: UUID, table: str) -> Done:
    verb = partial(verbs.restore_table, facet=table)
    return act(caller=caller, project_id=project_id, verb=verb, parameters={"verb": "restore_table", "table": table})


def add_column(*, caller: Caller, project_id: UUID, table: str, column: Mapping[str, Any]) -> Done:
    verb = partial(verbs.add_column, facet=table, column=read_column(column))
    parameters = {"verb": "add_column", "table": table, "column": dict(column)}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def change_column(*, caller: Caller, project_id: UUID, table: str, column: str, changes: Mapping[str, Any]) -> Done:
    verb = partial(verbs.change_column, facet=table, name=column, changes=read_changes(changes))
    parameters = {"verb": "change_column", "table": table, "column": column, "changes": dict(changes)}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def remove_column(*, caller: Caller, project_id: UUID, table: str, column: str, reason: str | None = None) -> Done:
    verb = partial(verbs.remove_column, facet=table, name=column)
    parameters = {"verb": "remove_column", "table": table, "column": column} | ({"reason": reason} if reason else {})
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters, reason=reason)


def restore_column(*, caller: Caller, project_id: UUID, table: str, column: str) -> Done:
    """Bring a column back that was taken away, with its values. Raises `NotFound`, `Conflict` for one that is there."""
    verb = partial(verbs.restore_column, facet=table, name=column)
    parameters = {"verb": "restore_column", "table": table, "column": column}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def add_relation(*, caller: Caller, project_id: UUID, relation: Mapping[str, Any]) -> Done:
    """Make a kind of links; `relation` as `schema.spelling.relation_body` has it."""
    verb = partial(verbs.add_relation, relation=Relation(**relation))
    parameters = {"verb": "add_relation", "relation": dict(relation)}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def change_relation(*, caller: Caller, project_id: UUID, relation: str, changes: Mapping[str, Any]) -> Done:
    verb = partial(verbs.change_relation, type_=relation, changes=changes)
    parameters = {"verb": "change_relation", "relation": relation, "changes": dict(changes)}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def remove_relation(*, caller: Caller, project_id: UUID, relation: str) -> Done:
    verb = partial(verbs.remove_relation, type_=relation)
    parameters = {"verb": "remove_relation", "relation": relation}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def save_view(*, caller: Caller, project_id: UUID, table: str, name: str, query: str) -> Done:
    verb = partial(verbs.save_view, facet=table, name=name, query=query)
    parameters = {"verb": "save_view", "table": table, "name": name, "query": query}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)


def remove_view(*, caller: Caller, project_id: UUID, table: str, name: str) -> Done:
    verb = partial(verbs.remove_view, facet=table, name=name)
    parameters = {"verb": "remove_view", "table": table, "name": name}
    return act(caller=caller, project_id=project_id, verb=verb, parameters=parameters)
