"""The manifest of a module, `module.toml`: read, and asked whether it makes sense by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext

from stages.automation.packages import shapes
from stages.automation.packages.capabilities import check_capabilities, check_watched
from stages.automation.packages.reading import read_table, read_tables
from stages.automation.packages.refusing import refuse
from stages.automation.packages.toml import read_toml
from stages.automation.packages.view_shapes import check_view
from stages.automation.refusals import refuse_rule
from stages.automation.rules.parsing import InvalidRule, read_rule

MAX_TABLES: Final = 50
MAX_COLUMNS: Final = 100
MAX_EACH: Final = 50
MAX_TITLE: Final = 200
MAX_DESCRIPTION: Final = 4_000
TYPES: Final = (
    *("text", "integer", "float", "boolean", "date", "datetime", "duration"),
    *("enum", "entity-reference", "blob-reference", "list"),
)
ARGUMENTS: Final = ("text", "lines", "integer", "decimal", "boolean", "date", "file")
_MODULE: Final = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_VERSION: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}(-[0-9A-Za-z.]{1,16})?")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}")
_KEY: Final = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
_PREFIX: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table of a module, its columns in their order."""

    title: str
    key_prefix: str
    columns: Mapping[str, shapes.ColumnShape]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a module brings and asks for. `rules` are as they were written, for `rules` to read."""

    name: str
    version: str
    title: str
    description: str = ""
    author: str = ""
    license: str = ""
    capabilities: shapes.CapabilitiesShape = field(default_factory=shapes.CapabilitiesShape)
    tables: Mapping[str, TableSpec] = field(default_factory=dict)
    relations: Mapping[str, shapes.RelationShape] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scripts: Mapping[str, shapes.ScriptShape] = field(default_factory=dict)
    views: Mapping[str, shapes.ViewShape] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.title or self.name

    def shared(self) -> Iterator[tuple[str, str, str]]:
        """Each column that has a `shared_key`: the key, its table, its name."""
        for table, spec in self.tables.items():
            for column, shape in spec.columns.items():
                if shape.shared_key:
                    yield shape.shared_key, table, column


def read_manifest(files: Mapping[str, str]) -> Manifest:
    """The manifest of a package. Raises `ValidationFailed` with the path of what is wrong."""
    raw = read_table(read_toml(files["module.toml"]), shapes.ManifestShape, "")
    module = read_table(raw.module, shapes.ModuleShape, "module")
    _check_module(module)
    capabilities = read_table(raw.capabilities, shapes.CapabilitiesShape, "capabilities")
    check_capabilities(capabilities)
    manifest = Manifest(
        **{name: getattr(module, name) for name in ("name", "version", "title", "description", "author", "license")},
        capabilities=capabilities,
        tables=_tables(raw.tables),
        relations=read_tables(raw.relations, shapes.RelationShape, "relations", MAX_EACH),
        rules=read_tables(raw.rules, dict[str, Any], "rules", 2 * MAX_EACH),
        scripts=read_tables(raw.scripts, shapes.ScriptShape, "scripts", MAX_EACH),
        views=read_tables(raw.views, shapes.ViewShape, "views", MAX_EACH),
    )
    for name, relation in manifest.relations.items():
        _check_relation(name, relation)
    for name, rule in manifest.rules.items():
        _check_name(name, "rules")
        _check_rule(name, rule)
    for name, script in manifest.scripts.items():
        _check_script(name, script, capabilities, files)
    for name, view in manifest.views.items():
        _check_view(name, view, manifest, files)
    return manifest


def _tables(raw: object) -> dict[str, TableSpec]:
    found = {}
    for name, table in read_tables(raw, shapes.TableShape, "tables", MAX_TABLES).items():
        path = f"tables.{name}"
        _check_name(name, "tables")
        _check_title(table.title, f"{path}.title")
        if table.key_prefix and not _PREFIX.fullmatch(table.key_prefix):
            raise refuse(f"{path}.key_prefix", gettext("1 to 10 letters and digits, a letter first."))
        columns = read_tables(table.columns, shapes.ColumnShape, f"{path}.columns", MAX_COLUMNS)
        if not columns:
            raise refuse(f"{path}.columns", gettext("A table has at least one column."))
        for column, shape in columns.items():
            _check_column(f"{path}.columns", column, shape, has_keys=bool(table.key_prefix))
        found[name] = TableSpec(table.title, table.key_prefix, columns)
    return found


def _check_rule(name: str, rule: Mapping[str, Any]) -> None:
    try:
        read_rule(rule)
    except InvalidRule as invalid:
        raise refuse_rule(invalid, f"rules.{name}") from None


def _check_module(module: shapes.ModuleShape) -> None:
    if not _MODULE.fullmatch(module.name):
        raise refuse("module.name", gettext("1 to 60 small letters, digits, - and _, a letter first."))
    if not _VERSION.fullmatch(module.version):
        raise refuse("module.version", gettext("Numbers with full stops, such as 1.2.0."))
    for name in ("title", "author", "license"):
        _check_title(getattr(module, name), f"module.{name}")
    if len(module.description) > MAX_DESCRIPTION:
        raise refuse("module.description", gettext("At most 4,000 characters."))


def _check_column(path: str, name: str, column: shapes.ColumnShape, *, has_keys: bool) -> None:
    _check_name(name, path)
    here = f"{path}.{name}"
    if has_keys and name == "key":
        raise refuse(here, gettext("The column of the keys is there by itself."))
    _check_title(column.title, f"{here}.title")
    if column.type not in TYPES:
        raise refuse(f"{here}.type", gettext("Types are: %(types)s.") % {"types": ", ".join(TYPES)})
    if column.shared_key and not _KEY.fullmatch(column.shared_key):
        raise refuse(
            f"{here}.shared_key", gettext("1 to 60 small letters, digits, full stops, - and _, a letter first.")
        )
    if (column.type == "enum") != bool(column.options):
        raise refuse(f"{here}.options", gettext("A column of type enum has options, and no other one."))
    if column.target and column.type != "entity-reference":
        raise refuse(f"{here}.target", gettext("Only an entity-reference has a target."))


def _check_relation(name: str, relation: shapes.RelationShape) -> None:
    _check_name(name, "relations")
    for member in ("title", "inverse"):
        _check_title(getattr(relation, member), f"relations.{name}.{member}")
    for each, type_ in relation.properties.items():
        if type_ not in TYPES:
            raise refuse(f"relations.{name}.properties.{each}", gettext("There is no such type."))


def _check_script(
    name: str, script: shapes.ScriptShape, capabilities: shapes.CapabilitiesShape, files: Mapping[str, str]
) -> None:
    _check_name(name, "scripts")
    path = f"scripts.{name}"
    _check_title(script.title, f"{path}.title")
    if f"scripts/{name}.lua" not in files:
        raise refuse(path, gettext("The package has no file scripts/%(name)s.lua.") % {"name": name})
    check_watched(script.on_change, f"{path}.on_change")
    for each in script.args:
        if not _NAME.fullmatch(each):
            raise refuse(
                f"{path}.args.{each}", gettext("A name has 1 to 60 letters, digits, - and _, and no digit first.")
            )
        argument_of(script, each, f"{path}.args.{each}")
    if script.capabilities is not None:
        check_capabilities(script.capabilities, f"{path}.capabilities")
        _check_asked(script.capabilities, capabilities, f"{path}.capabilities")


def argument_of(script: shapes.ScriptShape, name: str, path: str = "") -> shapes.ArgumentShape:
    """An argument of a script. Raises `ValidationFailed`."""
    raw = script.args[name]
    found = read_table({"type": raw} if isinstance(raw, str) else raw, shapes.ArgumentShape, path)
    if found.type not in ARGUMENTS:
        raise refuse(f"{path}.type", gettext("Types are: %(types)s.") % {"types": ", ".join(ARGUMENTS)})
    return found


def _check_asked(asked: shapes.CapabilitiesShape, of_module: shapes.CapabilitiesShape, path: str) -> None:
    """A script or a view asks for nothing that its module does not ask for."""
    for member in shapes.CapabilitiesShape.__struct_fields__:
        for at, each in enumerate(getattr(asked, member)):
            if each not in getattr(of_module, member):
                raise refuse(f"{path}.{member}.{at}", gettext("The module itself does not ask for this."))


def _check_view(name: str, view: shapes.ViewShape, manifest: Manifest, files: Mapping[str, str]) -> None:
    _check_name(name, "views")
    path = f"views.{name}"
    _check_title(view.title, f"{path}.title")
    if view.kind == "foreign":
        if f"views/{name}.js" not in files:
            words = gettext("The package has no file views/%(name)s.js. `manage.py pack_module` makes it.")
            raise refuse(path, words % {"name": name})
        asked = shapes.CapabilitiesShape(read=view.read, write=view.write)
        check_capabilities(asked, path)
        _check_asked(asked, manifest.capabilities, path)
        return
    check_view(view, manifest.tables, manifest.relations, path)


def _check_name(name: str, path: str) -> None:
    if not _NAME.fullmatch(name):
        raise refuse(f"{path}.{name}", gettext("A name has 1 to 60 letters, digits, - and _, and no digit first."))


def _check_title(title: str, path: str) -> None:
    if len(title.encode("utf-8", "replace")) > MAX_TITLE or not title.isprintable():
        raise refuse(path, gettext("A title is one line of at most 200 bytes."))
