"""Somebody with the database: as the application's role, or as the owner of its tables, who takes every guard away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, models, transaction

HEX = "[0-9a-f]{64}"


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def rows_of(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: list[tuple[object, ...]] = cursor.fetchall()
    return found


@contextmanager
def rolled_back() -> Iterator[None]:
    """Roll back what is written inside."""
    with transaction.atomic():
        point = transaction.savepoint()
        try:
            yield
        finally:
            transaction.savepoint_rollback(point)


def take_guards_away() -> None:
    """What the owner of the tables can do first: no trigger, constraint, unique index or generated column is left."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    here = "n.nspname = current_schema() AND c.relkind = 'r' AND c.relname NOT LIKE 'procrastinate%'"
    of_table = "JOIN pg_class c ON c.oid = {} JOIN pg_namespace n ON n.oid = c.relnamespace WHERE " + here
    tables = rows_of(f"SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {here}")
    steps = [f"ALTER TABLE {name} DISABLE TRIGGER USER" for (name,) in tables]
    # Foreign keys before what they point at.
    for kinds in ("('f')", "('c', 'u', 'p')"):
        found = rows_of(
            f"SELECT c.relname, k.conname FROM pg_constraint k {of_table.format('k.conrelid')} AND k.contype IN {kinds}"
        )
        steps += [f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE' for table, name in found]
    run(";".join(steps))
    unique = rows_of(f"SELECT i.indexrelid::regclass FROM pg_index i {of_table.format('i.indrelid')} AND i.indisunique")
    columns = rows_of(
        f"SELECT c.relname, a.attname, a.attgenerated FROM pg_attribute a {of_table.format('a.attrelid')}"
        " AND a.attnum > 0 AND NOT a.attisdropped AND (a.attnotnull OR a.attgenerated <> '')"
        " AND a.attidentity = ''"
    )
    steps = [f"DROP INDEX {name}" for (name,) in unique]
    for table, column, generated in columns:
        if generated:
            steps.append(f"ALTER TABLE {table} ALTER {column} DROP EXPRESSION")
        steps.append(f'ALTER TABLE {table} ALTER "{column}" DROP NOT NULL')
    run(";".join(steps))


@dataclass(frozen=True)
class Change:
    """One column of the newest row of a table, given another value that is as credible as can be."""

    model: type[models.Model]
    column: str

    @property
    def field(self) -> models.Field[Any, Any]:
        return next(each for each in self.model._meta.concrete_fields if each.attname == self.column)

    @property
    def sql(self) -> str:
        table, key = self.model._meta.db_table, key_of(self.model)
        newest = f"SELECT {key} FROM {table} ORDER BY {key} DESC LIMIT 1"
        name = self.field.column
        return f'UPDATE {table} SET "{name}" = {another(self.field)} WHERE {key} = ({newest})'


def another(field: models.Field[Any, Any]) -> str:
    """An expression for another value of a column."""
    column = f'"{field.column}"'
    if isinstance(field, models.ForeignKey):
        other, key = field.related_model._meta, field.target_field.column
        return (
            f"(SELECT o.{key} FROM {other.db_table} o WHERE o.{key} IS DISTINCT FROM"
            f" {field.model._meta.db_table}.{column} ORDER BY o.{key} LIMIT 1)"
        )
    if field.choices:
        values = ", ".join(f"'{value}'" for value, _ in field.choices)
        return f"(SELECT v FROM unnest(ARRAY[{values}]) v WHERE v IS DISTINCT FROM {column} LIMIT 1)"
    kind = type(field).__name__
    return _BY_KIND[kind].format(column=column)


_TEXT = (
    "CASE WHEN {column} ~ '^" + HEX.replace("{", "{{").replace("}", "}}") + "$'"
    " THEN translate({column}, '0123456789abcdef', '123456789abcdef0') ELSE coalesce({column}, '') || 'x' END"
)
_NUMBER = "coalesce({column}, 0) + 1"
# Of a column without a value, one byte.
_BYTES = "coalesce({column}, decode('00', 'hex'))"
_BY_KIND = {
    **dict.fromkeys(("CharField", "TextField", "EmailField", "URLField"), _TEXT),
    **dict.fromkeys(("AutoField", "BigAutoField", "BigIntegerField", "IntegerField"), _NUMBER),
    **dict.fromkeys(("PositiveIntegerField", "PositiveSmallIntegerField", "PositiveBigIntegerField"), _NUMBER),
    "UUIDField": "gen_random_uuid()",
    "BooleanField": "NOT {column}",
    "DateField": "coalesce({column}, current_date) + 3",
    "DateTimeField": "coalesce({column}, now()) + interval '3 days'",
    "JSONField": "CASE WHEN {column} = '{{}}' THEN '{{\"x\": 1}}'::jsonb ELSE '{{}}'::jsonb END",
    "ArrayField": "array_append({column}, {column}[1])",
    "BinaryField": f"set_byte({_BYTES}, 0, 255 - get_byte({_BYTES}, 0))",
}


def key_of(model: type[models.Model]) -> str:
    """The column that is the key of its rows; for a key of several columns, the place of the row."""
    return model._meta.pk.column or "ctid"


def removal(model: type[models.Model]) -> str:
    """Remove the newest row."""
    table, key = model._meta.db_table, key_of(model)
    return f"DELETE FROM {table} WHERE {key} = (SELECT {key} FROM {table} ORDER BY {key} DESC LIMIT 1)"


def planting(model: type[models.Model], key: tuple[str, ...]) -> str:
    """Add a copy of the newest row under another key."""
    meta = model._meta
    fields = list(meta.concrete_fields)
    values = [another(each) if each.attname in key or each.primary_key else f'"{each.column}"' for each in fields]
    names = ", ".join(f'"{each.column}"' for each in fields)
    override = " OVERRIDING SYSTEM VALUE" if "Auto" in type(meta.pk).__name__ else ""
    newest = f"SELECT {', '.join(values)} FROM {meta.db_table} ORDER BY {meta.db_table}.{key_of(model)} DESC LIMIT 1"
    return f"INSERT INTO {meta.db_table} ({names}){override} {newest}"


def refused(sql: str) -> bool:
    """Whether the database lets the application's role do it, constraints that wait for the commit included."""
    try:
        with transaction.atomic():
            run(sql)
            run("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError:
        return True
    return False
