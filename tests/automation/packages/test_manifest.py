"""The manifest: what it says, and how mistakes are named."""

from __future__ import annotations

import pytest

from stages.automation.packages import package_digest, read_manifest
from tests.automation.packages.making import CONTACTS, errors_of

WHOLE = """
[module]
name = "trace"
version = "1.2.0-rc.1"
title = "Traceability"
description = "Requirements and tests."
author = "Foundry"
license = "MIT"

[capabilities]
read = ["requirements.*", "field:prompt_text", "relation:verifies"]
write = ["requirements.text", "field:files/*"]
network = ["https://api.example.org/v1/"]
files = ["read:imports/*", "write:exports/trace.csv"]

[tables.requirements]
title = "Requirements"
key_prefix = "REQ"
columns.text = {type = "text", traced = true, crdt = true}
columns.owner = {type = "text", shared_key = "person.name", required = true}
columns.state = {type = "enum", options = ["draft", {id = "done", title = "Done"}]}

[tables.tests]
columns.of = {type = "entity-reference", target = "requirements"}

[relations.verifies]
title = "verifies"
inverse = "verified by"
source = "tests"
target = "requirements"
properties = {strength = "integer"}

[rules.join]
scope = "requirements"
add_to = "tests"

[scripts.check]
title = "Check"
on_change = ["requirements.text", "tests", "relation:verifies", "field:files/*"]
args = {limit = "integer"}

[views.board]
kind = "board"
table = "requirements"
group_by = "state"
columns = ["key", "text"]

[views.matrix]
kind = "matrix"
rows = "requirements"
columns = ["tests"]
relation = "verifies"

[views.own]
kind = "foreign"
read = ["requirements.*"]
"""
FILES = {"module.toml": WHOLE, "scripts/check.lua": "return 1", "views/own.js": "1"}
# What is changed in it, and the path that the refusal names.
MISTAKES = {
    "an unknown member of a column": ("shared_key =", "shard_key =", "tables.requirements.columns.owner.shard_key"),
    "an unknown member of a table": ("key_prefix =", "prefix =", "tables.requirements.prefix"),
    "an unknown member of an option": (
        'title = "Done"',
        'name = "Done"',
        "tables.requirements.columns.state.options.1.name",
    ),
    "an unknown table": ("[capabilities]", "[capability]", "capability"),
    "an unknown capability": ("files =", "shell =", "capabilities.shell"),
    "an unknown member of a view": ("group_by =", "lanes =", "views.board.lanes"),
    "no version": ('version = "1.2.0-rc.1"', "", "module.version"),
    "a version that is none": ("1.2.0-rc.1", "latest", "module.version"),
    "a version as a number": ('"1.2.0-rc.1"', "1.2", "module.version"),
    "a name that is none": ('"trace"', '"../trace"', "module.name"),
    "no type": ('type = "text", traced', "traced", "tables.requirements.columns.text.type"),
    "a type that is none": ('"entity-reference"', '"reference"', "tables.tests.columns.of.type"),
    "a flag that is a text": ("traced = true", 'traced = "yes"', "tables.requirements.columns.text.traced"),
    "options of a text": (
        '"text", traced',
        '"text", options = ["a"], traced',
        "tables.requirements.columns.text.options",
    ),
    "an enum without options": (
        ', options = ["draft", {id = "done", title = "Done"}]',
        "",
        "tables.requirements.columns.state.options",
    ),
    "a target of a text": ("crdt = true", 'target = "tests"', "tables.requirements.columns.text.target"),
    "a column for the keys": ("columns.owner", "columns.key", "tables.requirements.columns.key"),
    "a name of a column": ("columns.owner", 'columns."a b"', "tables.requirements.columns.a b"),
    "a prefix": ('"REQ"', '"REQ-"', "tables.requirements.key_prefix"),
    "a property": ('"integer"}\n\n[rules', '"number"}\n\n[rules', "relations.verifies.properties.strength"),
    "a wish that means nothing": ('"relation:verifies"]\nwrite', '"everything"]\nwrite', "capabilities.read.2"),
    "a path upwards": ("write:exports/trace.csv", "write:../trace.csv", "capabilities.files.1"),
    "an absolute path": ("write:exports/trace.csv", "write:/etc/passwd", "capabilities.files.1"),
    "http": ("https://api", "http://api", "capabilities.network.0"),
    "a name before the host": ("https://api", "https://me@api", "capabilities.network.0"),
    "an address without a path": ("https://api.example.org/v1/", "https://api.example.org", "capabilities.network.0"),
    "a path with dots": ("/v1/", "/v1/../v2/", "capabilities.network.0"),
    "something that nobody changes": ('"tests", "relation', '"the weather", "relation', "scripts.check.on_change.1"),
    "an argument": ('limit = "integer"', 'limit = "number"', "scripts.check.args.limit.type"),
    "a kind of views": ('"board"', '"gantt"', "views.board.kind"),
    "a view of nothing": ('table = "requirements"\n', "", "views.board.table"),
    "a view of another column": ('"key", "text"', '"key", "size"', "views.board.columns.1"),
    "a rule that is no table": (
        '[rules.join]\nscope = "requirements"\nadd_to = "tests"',
        "[rules]\njoin = 1",
        "rules.join",
    ),
}


def test_the_manifest_says_what_a_module_brings_and_asks_for():
    manifest = read_manifest(FILES)
    assert (manifest.name, manifest.version, manifest.label) == ("trace", "1.2.0-rc.1", "Traceability")
    assert list(manifest.tables["requirements"].columns) == ["text", "owner", "state"]
    assert manifest.capabilities.network == ("https://api.example.org/v1/",)
    assert list(manifest.shared()) == [("person.name", "requirements", "owner")]
    assert manifest.rules == {"join": {"scope": "requirements", "add_to": "tests"}}


@pytest.mark.parametrize(("before", "after", "path"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_by_its_path(before: str, after: str, path: str):
    assert before in WHOLE
    files = {**FILES, "module.toml": WHOLE.replace(before, after, 1)}
    assert errors_of(lambda: read_manifest(files)).keys() == {path}


@pytest.mark.parametrize(("missing", "path"), [("scripts/check.lua", "scripts.check"), ("views/own.js", "views.own")])
def test_a_text_that_is_not_in_the_package_is_named(missing: str, path: str):
    files = {name: text for name, text in FILES.items() if name != missing}
    assert errors_of(lambda: read_manifest(files)).keys() == {path}


def test_too_many_tables_are_refused():
    many = "\n".join(f'[tables.t{each}]\ncolumns.a = {{type = "text"}}' for each in range(51))
    assert errors_of(lambda: read_manifest({"module.toml": CONTACTS + many})).keys() == {"tables"}


def test_the_hash_of_a_package_is_that_of_its_canonical_list():
    assert package_digest({"b": "2" * 64, "a": "1" * 64}) == package_digest({"a": "1" * 64, "b": "2" * 64})
