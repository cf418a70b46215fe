"""The members of `module.toml`, table by table; what is not here is refused."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Shape(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A table of the manifest."""


class ModuleShape(Shape, frozen=True):
    """`[module]`."""

    name: str
    version: str
    title: str = ""
    description: str = ""
    author: str = ""
    license: str = ""


class CapabilitiesShape(Shape, frozen=True):
    """`[capabilities]`: what its scripts and views ask for."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class OptionShape(Shape, frozen=True):
    """A choice with an id of its own, so that its title can change."""

    id: str
    title: str


class ColumnShape(Shape, frozen=True):
    """`[tables.x.columns.y]`. Columns of one `shared_key` and type are suggested to be one."""

    type: str
    title: str = ""
    required: bool = False
    options: tuple[str | OptionShape, ...] = ()
    shared_key: str = ""
    target: str = ""
    traced: bool = False
    crdt: bool = False
    unique: bool = False
    reference: bool = False


class TableShape(Shape, frozen=True):
    """`[tables.x]`."""

    columns: dict[str, Any]
    title: str = ""
    key_prefix: str = ""


class RelationShape(Shape, frozen=True):
    """`[relations.x]`."""

    title: str = ""
    inverse: str = ""
    source: str = ""
    target: str = ""
    ordered: bool = False
    properties: dict[str, str] = {}


class ArgumentShape(Shape, frozen=True):
    """An argument of a script, for the form that asks for it."""

    type: str
    title: str = ""
    required: bool = False
    options: tuple[str, ...] = ()


class ScriptShape(Shape, frozen=True):
    """`[scripts.x]`, whose text is `scripts/x.lua`. `args` maps names to types, or to an `ArgumentShape`.

    `capabilities` are what it asks for, all of the module's where it has none of its own.
    """

    title: str = ""
    description: str = ""
    on_change: tuple[str, ...] = ()
    args: dict[str, Any] = {}
    capabilities: CapabilitiesShape | None = None


class ViewShape(Shape, frozen=True):
    """`[views.x]`: a declared view of a table, or a foreign one whose text is `views/x.js`.

    `group_by` is the column of a board's groups. A matrix has `rows`, `columns` and a `relation`; there, `columns`
    names one table.
    """

    kind: Literal["grid", "board", "form", "matrix", "foreign"]
    title: str = ""
    table: str = ""
    columns: tuple[str, ...] = ()
    query: str = ""
    group_by: str = ""
    rows: str = ""
    relation: str = ""
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()


class ManifestShape(Shape, frozen=True):
    """All of `module.toml`."""

    module: dict[str, Any]
    capabilities: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    relations: dict[str, Any] = {}
    rules: dict[str, Any] = {}
    scripts: dict[str, Any] = {}
    views: dict[str, Any] = {}
