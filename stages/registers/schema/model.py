"""Tables, columns, relations and saved views, as they are read from their records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

TEXT: Final = "text"
INTEGER: Final = "integer"
FLOAT: Final = "float"
BOOLEAN: Final = "boolean"
DATE: Final = "date"
DATETIME: Final = "datetime"
DURATION: Final = "duration"
ENUM: Final = "enum"
ENTITY: Final = "entity-reference"
FILE: Final = "blob-reference"
LIST: Final = "list"

# The types of columns; a list is always one that several people write in at once (`Column.crdt`).
TYPES: Final = (TEXT, INTEGER, FLOAT, BOOLEAN, DATE, DATETIME, DURATION, ENUM, ENTITY, FILE, LIST)
CRDT_TYPES: Final = (TEXT, LIST)

# The column of a table with a `key_prefix` that holds REQ-1, REQ-2 and so on.
KEY_COLUMN: Final = "key"


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a column of type `enum`; fields hold its `id`, people read its `title`."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a table. `entity` is its record in the schema, empty for columns of system facets.

    `crdt`: a text or a list in which several people write at once. `unique`: no two records show the same value.
    `traced`: links of the record become suspect when it changes. `reference`: values name a field of another record
    and are followed; `target` is the table of the records that an entity-reference names, empty for any.
    """

    name: str
    type: str = TEXT
    title: str = ""
    entity: str = ""
    table: str = ""
    crdt: bool = False
    unique: bool = False
    traced: bool = False
    reference: bool = False
    target: str = ""
    options: tuple[Option, ...] = ()
    position: float = 0.0

    @property
    def label(self) -> str:
        return self.title or self.name

    def option(self, option_id: str) -> Option | None:
        return next((each for each in self.options if each.id == option_id), None)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the facet `facet`, with columns in their order."""

    facet: str
    title: str = ""
    entity: str = ""
    key_prefix: str = ""
    position: float = 0.0
    columns: tuple[Column, ...] = ()

    @property
    def name(self) -> str:
        return self.facet

    @property
    def label(self) -> str:
        return self.title or self.facet

    def column(self, name: str) -> Column | None:
        return next((each for each in self.columns if each.name == name), None)

    @property
    def key_column(self) -> Column | None:
        return self.column(KEY_COLUMN) if self.key_prefix else None


@dataclass(frozen=True, slots=True)
class Relation:
    """A kind of links: edges of the type `type`, from records of one table to those of another (empty: of any).

    `title` names it seen from the source ("verifies"), `inverse` from the target ("verified by"). `properties` maps
    the names of its edges' properties to types of columns.
    """

    type: str
    title: str = ""
    inverse: str = ""
    entity: str = ""
    source: str = ""
    target: str = ""
    ordered: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.type

    @property
    def label(self) -> str:
        return self.title or self.type

    @property
    def inverse_label(self) -> str:
        return self.inverse or self.label


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter, order and choice of columns of a table under a name; `query` is written as in the page's address."""

    table: str
    name: str
    query: str = ""
    entity: str = ""
