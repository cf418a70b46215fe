"""What a project knows of modules, rules, scripts and passages: records of facets that only this stage writes."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from stages.registers import catalogue
from stages.registers.fold.ids import schema_id
from stages.registers.schema import Column
from stages.registers.schema.model import INTEGER

MODULE: Final = "foundry.module"
RULE: Final = "foundry.rule"
SCRIPT: Final = "foundry.script"
PASSAGE: Final = "foundry.passage"
FACETS: Final = frozenset({MODULE, RULE, SCRIPT, PASSAGE})

# Texts of JSON are canonical (RFC 8785): `definition` of a rule, `settings` of a script. `module` is a module's name,
# empty for what people of the project wrote themselves.
COLUMNS: Final = {
    MODULE: (Column("name"), Column("version"), Column("sha256")),
    RULE: (Column("name"), Column("definition"), Column("module")),
    SCRIPT: (Column("name"), Column("title"), Column("source"), Column("settings"), Column("module")),
    # The quote names a passage; links are suspect after its text has changed.
    PASSAGE: (
        Column("quote"),
        Column("text", traced=True),
        Column("field"),
        Column("version", INTEGER),
        Column("from_line", INTEGER),
        Column("to_line", INTEGER),
    ),
}


def register() -> None:
    for facet, columns in COLUMNS.items():
        catalogue.define(facet, columns)


def record_id(project_id: UUID, facet: str, name: str) -> str:
    """The record of a module, rule or script of this name: the same at every site, so that two of them can adopt it."""
    return schema_id(str(project_id), facet, name)
