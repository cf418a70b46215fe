"""What `core` does: reads and stages, as far as it is granted, as the person who ran the script may."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Final

from drafts.models import Draft
from drafts.reading import text_of
from kernel.errors import DomainError, ValidationFailed
from projects.fields import FILES, check_field_name
from proposals.kinds import DEFAULT_KIND
from stages.automation.executing import arguments as given
from stages.automation.executing.arguments import Arguments
from stages.automation.executing.grants import Grants
from stages.automation.executing.requests import Requests
from stages.automation.executing.staging import Staging
from stages.automation.lua import HostError
from stages.automation.lua.host import Noted
from stages.registers import verbs
from stages.registers.fold.effects import Field
from stages.registers.fold.errors import Malformed
from stages.registers.fold.views import Record
from stages.registers.schema import Column, Table
from stages.registers.verbs.finding import column_of, is_record_id, record_of, table_of

MAX_PAGE: Final = 500


class RegistersHost:
    """The host of one execution (`lua.Host`)."""

    def __init__(
        self,
        staging: Staging,
        grants: Grants,
        draft: Draft | None,
        requests: Requests | None = None,
        texts: Mapping[str, str | None] | None = None,
    ) -> None:
        self._staging, self._grants, self._draft, self._requests = staging, grants, draft, requests
        # Texts of fields of the project that are staged, None for a file that goes.
        self.texts: dict[str, str | None] = dict(texts or {})

    def call(self, name: str, arguments: Arguments) -> Any:
        """Answer a function of `core`. Raises `HostError`."""
        try:
            return _FUNCTIONS[name](self, arguments)
        except DomainError as refusal:
            raise HostError(words_of(refusal)) from None
        except Malformed as refusal:
            raise HostError(str(refusal)) from None

    def begin(self, name: str, arguments: Arguments) -> Future[Any] | Noted:
        """Begin what is awaited. Raises `HostError`."""
        if name == "http" and self._requests is not None:
            return self._requests.begin(arguments)
        if name != "read_file":
            raise HostError(f"not granted: core.{name}")
        found: Future[Any] = Future()
        path = given.text(arguments, "path")
        self._require(self._grants.may_read_file(path), f"read:{path}")
        found.set_result(self._field_text(f"{FILES}{path}"))
        return found

    # --- records

    def get_field(self, arguments: Arguments) -> Any:
        table, column = self._column(arguments)
        self._require(self._grants.may_read_column(table.facet, column.name), f"{table.facet}.{column.name}")
        found = record_of(self._staging.acts, given.text(arguments, "record"))
        return _value(found, table.facet, column)

    def set_field(self, arguments: Arguments) -> None:
        table, column = self._column(arguments)
        self._require(self._grants.may_write_column(table.facet, column.name), f"{table.facet}.{column.name}")
        record, value, why = given.text(arguments, "record"), arguments.get("value"), given.why(arguments)
        if column.crdt and (value is None or isinstance(value, str)):
            field = Field(record, table.facet, column.name)
            self._staging.stage(lambda acts, schema: verbs.type_text(acts, schema, field, value or ""), why)
            return
        cell = verbs.Cell(record, table.facet, column.name, value)
        self._staging.stage(lambda acts, schema: verbs.set_fields(acts, schema, [cell]), why)

    def create_entity(self, arguments: Arguments) -> str:
        table, values = self._table_to_write(arguments)
        staging = self._staging
        written = staging.stage(
            lambda acts, schema: verbs.create_records(acts, schema, table.facet, [values], new_id=staging.new_id),
            given.why(arguments),
        )
        return str(written[0])

    def delete_entity(self, arguments: Arguments) -> None:
        record = record_of(self._staging.acts, given.text(arguments, "record"))
        self._require(bool(record.fields), "a record in no table")
        for facet in record.fields:
            self._require(self._grants.may_write_table(facet), facet)
        self._staging.stage(lambda acts, schema: verbs.delete_records(acts, schema, [record.id]), given.why(arguments))

    def attach(self, arguments: Arguments) -> None:
        table, values = self._table_to_write(arguments)
        record = given.text(arguments, "record")
        why = given.why(arguments)
        self._staging.stage(lambda acts, schema: verbs.attach(acts, schema, record, table.facet, values), why)

    def detach(self, arguments: Arguments) -> None:
        table = table_of(self._staging.schema, given.text(arguments, "table"))
        self._require(self._grants.may_write_table(table.facet), table.facet)
        record = given.text(arguments, "record")
        why = given.why(arguments)
        self._staging.stage(lambda acts, schema: verbs.detach(acts, schema, record, table.facet), why)

    def records(self, arguments: Arguments) -> dict[str, Any]:
        table = table_of(self._staging.schema, given.text(arguments, "table"))
        self._require(self._grants.may_read_table(table.facet), table.facet)
        columns = [each for each in table.columns if self._grants.may_read_column(table.facet, each.name)]
        options = given.options(arguments, ("where", "after", "limit"))
        where = self._where(options, table, columns)
        limit = options.get("limit", MAX_PAGE)
        if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MAX_PAGE:
            raise HostError(f"limit is a number from 1 to {MAX_PAGE}")

        def fits(record: Record) -> bool:
            return all(_value(record, table.facet, column_of(table, name)) == value for name, value in where.items())

        found, following = self._staging.records_of(table.facet, given.after(options), limit, where=where, fits=fits)
        rows = [
            {each.name: _value(record, table.facet, each) for each in columns} | {"id": record.id} for record in found
        ]
        shown = [{name: value for name, value in row.items() if value is not None} for row in rows]
        return {"rows": shown, "next": following}

    def _where(self, options: Mapping[str, Any], table: Table, columns: Sequence[Column]) -> Mapping[str, Any]:
        """The values that records are asked for, by their columns; None asks for empty ones."""
        where = options.get("where") or {}
        if not isinstance(where, Mapping):
            raise HostError("where is a table of values by their columns")
        for name in where:
            column = column_of(table, name)
            self._require(column in columns, f"{table.facet}.{name}")
        if given.holds_nul(where):
            raise HostError("where: a text has no character NUL")
        return where

    # --- links

    def edges(self, arguments: Arguments) -> dict[str, Any]:
        relation = self._relation(arguments, is_write=False)
        options = given.options(arguments, ("from", "to"))
        ends = [end for end in ("from", "to") if isinstance(options.get(end), str)]
        if len(ends) != 1:
            raise HostError("core.edges takes from or to: a record")
        record = record_of(self._staging.acts, options[ends[0]])
        rows = []
        for each in self._staging.edges_at(record.id):
            edge = self._staging.edge(each)
            if edge is None or not edge.shown or edge.facts.ends.type != relation:
                continue
            row = {"id": edge.id, "from": edge.facts.source, "to": edge.facts.target, **edge.properties}
            if row[ends[0]] == record.id:
                rows.append((edge.index or "", edge.id, row))
        return {"rows": [row for _index, _id, row in sorted(rows, key=lambda each: each[:2])], "next": None}

    def create_edge(self, arguments: Arguments) -> str:
        relation, edge = self._relation(arguments, is_write=True), self._staging.new_id()
        options = given.options(arguments, ("at", "properties", "why"))
        ends = {"source": given.text(arguments, "from"), "target": given.text(arguments, "to")}
        properties, at = options.get("properties") or {}, given.place(options)
        if not isinstance(properties, Mapping):
            raise HostError("properties are a table of values by their names")
        self._staging.stage(
            lambda acts, schema: verbs.link(acts, schema, edge, type_=relation, properties=properties, at=at, **ends),
            given.why(arguments, ("at", "properties")),
        )
        return edge

    def move_edge(self, arguments: Arguments) -> None:
        edge, at = self._edge(arguments), given.place(given.options(arguments, ("at", "why")))
        self._staging.stage(lambda acts, schema: verbs.move(acts, schema, edge, at=at), given.why(arguments, ("at",)))

    def delete_edge(self, arguments: Arguments) -> None:
        edge = self._edge(arguments)
        self._staging.stage(lambda acts, schema: verbs.unlink(acts, schema, [edge]), given.why(arguments))

    # --- texts of the project

    def get_text(self, arguments: Arguments) -> str | None:
        field = given.text(arguments, "field")
        self._require(self._grants.may_read_field(field), f"field:{field}")
        return self._field_text(field)

    def fields(self, arguments: Arguments) -> list[str]:
        """The fields of the project that have a text and may be read, by name."""
        staged = {name for name, text in self.texts.items() if text is not None}
        stored = set(self._draft.fields) if self._draft is not None else set()
        names = staged | stored - self.texts.keys()
        return sorted(name for name in names if self._grants.may_read_field(name))

    def set_text(self, arguments: Arguments) -> None:
        field = given.text(arguments, "field")
        self._require(self._grants.may_write_field(field), f"field:{field}")
        self._set_text(field, arguments)

    def write_file(self, arguments: Arguments) -> None:
        path = given.text(arguments, "path")
        self._require(self._grants.may_write_file(path), f"write:{path}")
        self._set_text(f"{FILES}{path}", arguments)

    def _set_text(self, field: str, arguments: Arguments) -> None:
        # A proposal takes targets of other kinds by names such as `record:…`: a grant of fields covers none of them.
        check_field_name(field)
        why = given.why(arguments)
        self.texts[field] = given.optional_text(arguments, "text")
        self._staging.explain(f"{DEFAULT_KIND}:{field}", why)

    def _field_text(self, field: str) -> str | None:
        if field in self.texts:
            return self.texts[field]
        content = self._draft.fields.get(field) if self._draft is not None else None
        return text_of(content) if content is not None else None

    # --- what they have in common

    def _require(self, granted: bool, what: str) -> None:
        if not granted:
            raise HostError(f"not granted: {what}")

    def _column(self, arguments: Arguments) -> tuple[Table, Column]:
        facet, dot, name = given.text(arguments, "field").partition(".")
        if not dot:
            raise HostError("a field of a record is named table.column")
        table = table_of(self._staging.schema, facet)
        return table, column_of(table, name)

    def _table_to_write(self, arguments: Arguments) -> tuple[Table, dict[str, Any]]:
        table = table_of(self._staging.schema, given.text(arguments, "table"))
        self._require(self._grants.may_write_table(table.facet), table.facet)
        values = arguments.get("values") or {}
        if not isinstance(values, Mapping):
            raise HostError("values are a table of values by their columns")
        return table, dict(values)

    def _relation(self, arguments: Arguments, *, is_write: bool) -> str:
        relation = given.text(arguments, "relation")
        if relation not in self._staging.schema.relations:
            raise HostError(f"there is no relation {relation[:100]}")
        may = self._grants.may_write_relation if is_write else self._grants.may_read_relation
        self._require(may(relation), f"relation:{relation}")
        return relation

    def _edge(self, arguments: Arguments) -> str:
        edge = given.text(arguments, "edge")
        found = self._staging.edge(edge) if is_record_id(edge) else None
        if found is None or not found.shown:
            raise HostError("there is no such link")
        relation = found.facts.ends.type or ""
        self._require(self._grants.may_write_relation(relation), f"relation:{relation}")
        return edge


_FUNCTIONS: Final[Mapping[str, Callable[[RegistersHost, Arguments], Any]]] = {
    "get_field": RegistersHost.get_field,
    "set_field": RegistersHost.set_field,
    "create_entity": RegistersHost.create_entity,
    "delete_entity": RegistersHost.delete_entity,
    "attach": RegistersHost.attach,
    "detach": RegistersHost.detach,
    "records": RegistersHost.records,
    "edges": RegistersHost.edges,
    "create_edge": RegistersHost.create_edge,
    "move_edge": RegistersHost.move_edge,
    "delete_edge": RegistersHost.delete_edge,
    "get_text": RegistersHost.get_text,
    "fields": RegistersHost.fields,
    "set_text": RegistersHost.set_text,
    "write_file": RegistersHost.write_file,
}


def words_of(refusal: DomainError) -> str:
    """A refusal in one line, as a script and its log show it."""
    if isinstance(refusal, ValidationFailed) and refusal.errors:
        return "; ".join(f"{name}: {' '.join(map(str, each))}" for name, each in refusal.errors.items())
    return str(refusal)


def _value(record: Record, facet: str, column: Column) -> Any:
    if column.crdt:
        return record.texts.get(facet, {}).get(column.name) or None
    shown = record.fields.get(facet, {}).get(column.name)
    return shown.value if shown is not None else None
