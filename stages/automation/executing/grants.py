"""Capabilities: what a script asks for, and what an owner grants to one text of it. Django is not needed here.

A grant names a column (`contacts.email`, `contacts.*`), a table (`contacts`: its records come and go, with all
columns), a relation (`relation:plays`), a field of the project (`field:prompt_text`, `field:files/*`), an https address
with the beginning of its path, or files of the project to read or write (`read:imports/*`, `write:exports/*`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Final

MAX_GRANTS: Final = 200
MAX_GRANT: Final = 300
RELATION: Final = "relation:"
FIELD: Final = "field:"


@dataclass(frozen=True, slots=True)
class Grants:
    """What a script may read, write and reach."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: object) -> Grants:
        """Grants as JSON has them; an empty list is none. Raises `ValueError` with the path of what is wrong."""
        if value is None or value == []:
            return cls()
        names = [each.name for each in fields(cls)]
        if not isinstance(value, Mapping):
            raise ValueError("")  # noqa: TRY004 (one error for whatever is wrong)
        for name, listed in value.items():
            if name not in names:
                raise ValueError(str(name)[:100])
            if not isinstance(listed, list | tuple) or len(listed) > MAX_GRANTS:
                raise ValueError(name)
            for at, each in enumerate(listed):
                if not isinstance(each, str) or not 0 < len(each) <= MAX_GRANT or not each.isprintable():
                    raise ValueError(f"{name}.{at}")
        return cls(**{name: tuple(dict.fromkeys(value.get(name, ()))) for name in names})

    def to_json(self) -> dict[str, list[str]]:
        return {each.name: list(getattr(self, each.name)) for each in fields(self)}

    def may_read_column(self, table: str, column: str) -> bool:
        return _column(self.read, table, column) or _column(self.write, table, column)

    def may_write_column(self, table: str, column: str) -> bool:
        return _column(self.write, table, column)

    def may_read_table(self, table: str) -> bool:
        """Whether its records may be listed: any of its columns will do."""
        return any(each == table or each.startswith(f"{table}.") for each in (*self.read, *self.write))

    def readable_columns(self, table: str) -> frozenset[str]:
        """The columns of a table that may be read; `*` for all of them."""
        patterns = [*self.read, *self.write]
        named = (each.removeprefix(f"{table}.") for each in patterns if each.startswith(f"{table}."))
        return frozenset({*named, *(("*",) if table in patterns else ())})

    def may_write_table(self, table: str) -> bool:
        """Whether records of it may be made, deleted, put into it and taken out."""
        return table in self.write or f"{table}.*" in self.write

    def may_read_relation(self, relation: str) -> bool:
        return _matches((*self.read, *self.write), RELATION + relation)

    def may_write_relation(self, relation: str) -> bool:
        return _matches(self.write, RELATION + relation)

    def may_read_field(self, field: str) -> bool:
        return _matches((*self.read, *self.write), FIELD + field)

    def may_write_field(self, field: str) -> bool:
        return _matches(self.write, FIELD + field)

    def may_read_file(self, path: str) -> bool:
        return _matches(self.files, f"read:{path}")

    def may_write_file(self, path: str) -> bool:
        return _matches(self.files, f"write:{path}")


def _column(patterns: Iterable[str], table: str, column: str) -> bool:
    return any(each in (table, f"{table}.*", f"{table}.{column}") for each in patterns)


def _matches(patterns: Iterable[str], name: str) -> bool:
    """Whether a name is one of the patterns, or begins as one that ends with `*`."""
    return any(name == each or (each.endswith("*") and name.startswith(each[:-1])) for each in patterns)
