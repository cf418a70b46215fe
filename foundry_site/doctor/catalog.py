"""Reads from the database's catalog every object that protects a record, with its definition.

`expected.tsv` beside this file has the objects of a freshly migrated database, and the file of this name in a stage's
folder those that the stage adds; `manage.py record_schema` makes them, and a test notices if they no longer match the
migrations. They contain no names of databases or roles, and nothing that minor versions of Postgres print differently.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from django.db import connection

from foundry_site.stages import installed_stages
from kernel.stage import StageConfig

EXPECTED: Final = Path(__file__).with_name("expected.tsv")

# The definition of each object, by kind and name. Objects of extensions are left out.
Definitions = dict[tuple[str, str], str]

_VARCHAR: Final = "::character varying"
_TEXT: Final = "::character varying::text"
_VALUE: Final = rf"'(?:[^']|'')*'{_VARCHAR}"
_CAST_LIST: Final = re.compile(rf"ARRAY\[({_VALUE}(?:, {_VALUE})*)\]::text\[\]")

_QUERIES: Final = {
    "table": """
        SELECT c.relname, concat_ws(' ', c.relkind::text, CASE WHEN c.relpersistence <> 'p' THEN 'not kept' END,
            CASE WHEN c.relrowsecurity THEN 'row security' END,
            CASE WHEN EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhparent = c.oid) THEN 'with tables under it' END)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    """,
    "column": """
        SELECT c.relname || '.' || a.attname, concat_ws(
            ' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
            CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END,
            CASE WHEN a.attgenerated <> '' THEN 'generated ' || a.attgenerated::text
                 WHEN a.atthasdef THEN 'default' END, pg_get_expr(d.adbin, d.adrelid)
        )
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            AND a.attnum > 0 AND NOT a.attisdropped
    """,
    "constraint": """
        SELECT c.relname || '.' || k.conname,
            pg_get_constraintdef(k.oid, true)
        FROM pg_constraint k
        JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND k.contype <> 'n'
    """,
    # Other indexes protect nothing, and operators may change them.
    "index": """
        SELECT c.relname || '.' || i.relname,
            pg_get_indexdef(x.indexrelid, 0, true) || CASE WHEN x.indisvalid THEN '' ELSE ' invalid' END
        FROM pg_index x
        JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND x.indisunique
    """,
    "trigger": """
        SELECT c.relname || '.' || t.tgname,
            CASE t.tgenabled WHEN 'O' THEN '' WHEN 'A' THEN '' WHEN 'D' THEN 'disabled ' ELSE 'on replicas only ' END
            || pg_get_triggerdef(t.oid, true)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND NOT t.tgisinternal
    """,
    # Postgres makes these for foreign keys and names them by number, so only disabled ones are listed.
    "foreign key": """
        SELECT c.relname || '.' || k.conname, 'not enforced: its trigger is disabled'
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_constraint k ON k.oid = t.tgconstraint
        WHERE n.nspname = current_schema() AND t.tgisinternal AND t.tgenabled NOT IN ('O', 'A')
    """,
    "function": """
        SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', concat_ws(
            ' ', l.lanname, pg_get_function_result(p.oid), p.provolatile::text,
            CASE WHEN p.prosecdef THEN 'security definer' END, p.proconfig::text,
            encode(sha256(convert_to(concat(p.prosrc, pg_get_function_sqlbody(p.oid)), 'UTF8')), 'hex')
        )
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
        WHERE n.nspname = current_schema()
            AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass
                            AND d.deptype = 'e')
    """,
    "rule": """
        SELECT c.relname || '.' || r.rulename, pg_get_ruledef(r.oid, true)
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
    """,
    "row policy": """
        SELECT c.relname || '.' || p.polname, concat_ws(' ', p.polcmd::text, pg_get_expr(p.polqual, p.polrelid),
            pg_get_expr(p.polwithcheck, p.polrelid))
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema()
    """,
    "event trigger": "SELECT evtname, evtevent || ' ' || evtfoid::regproc::text FROM pg_event_trigger",
    # A table of the same name in a schema that is searched first.
    "table before it": """
        SELECT c.relname, 'in the schema ' || n.nspname
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname <> current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            AND EXISTS (SELECT 1 FROM pg_class o JOIN pg_namespace s ON s.oid = o.relnamespace
                        WHERE s.nspname = current_schema() AND o.relname = c.relname)
    """,
}


def definitions() -> Definitions:
    """The definitions in this database."""
    found: Definitions = {}
    with connection.cursor() as cursor:
        for kind, query in _QUERIES.items():
            cursor.execute(query)
            found |= {(kind, name): _normalized(definition or "") for name, definition in cursor.fetchall()}
    return found


def _normalized(definition: str) -> str:
    """Normalize the spelling of a definition.

    Postgres prints `column IN (…)` with a cast of the whole list if it was written so, but with a cast of each value
    if it was restored from a dump.
    """
    words = " ".join(definition.split())
    return _CAST_LIST.sub(lambda found: f"ARRAY[{found[1].replace(_VARCHAR, _TEXT)}]", words)


def expected() -> Definitions:
    """The definitions of a freshly migrated database, with those of the installed stages."""
    files = [EXPECTED, *(file_of_stage(stage) for stage in installed_stages())]
    lines = (line.split("\t") for file in files if file.exists() for line in file.read_text().splitlines())
    return {(kind, name): definition for kind, name, definition in lines}


def record(found: Definitions) -> list[Path]:
    """Write the definitions of a freshly migrated database, for trunk and installed stages. Returns the files."""
    parts: dict[Path, Definitions] = {EXPECTED: {}}
    stages = {stage.label: file_of_stage(stage) for stage in installed_stages()}
    for (kind, name), definition in found.items():
        owner = next((file for label, file in stages.items() if name.startswith(f"{label}_")), EXPECTED)
        parts.setdefault(owner, {})[kind, name] = definition
    for file, part in parts.items():
        file.write_text("".join(f"{kind}\t{name}\t{text}\n" for (kind, name), text in sorted(part.items())))
    return list(parts)


def file_of_stage(stage: StageConfig) -> Path:
    """The file with the definitions of a stage's tables, functions and triggers."""
    return Path(stage.path) / EXPECTED.name
