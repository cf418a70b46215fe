"""Checks the protection by the database: whether all definitions are as migrated, and who could change them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from django.db import connection

from foundry_site.doctor.catalog import Definitions, definitions, expected
from foundry_site.doctor.postgres import WRITTEN_FOR, one
from kernel.doctor import Diagnoses, Diagnosis, bad, ok, warn

# The subject of the diagnoses, with the kinds of objects that it covers.
SUBJECTS: Final = {
    "Triggers": ("trigger", "event trigger", "foreign key"),
    "Functions": ("function",),
    "Tables": ("table", "column", "constraint", "index", "table before it"),
    "Rules": ("rule", "row policy"),
}
# The rights on a table besides reading.
_CHANGES: Final = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES", "MAINTAIN")
# Those of them that the application needs.
_NEEDED: Final = ("INSERT", "UPDATE", "DELETE")

RESTORE: Final = "Find out who changed it, restore it from the migration, and run manage.py verify_audit."
TWO_ROLES: Final = "Give the application a role of its own: docs/deploy.md, Two roles."
REVOKE: Final = "Find out who granted it, revoke it, and run manage.py verify_audit."


def examine() -> Diagnoses:
    """Check definitions, roles and grants."""
    wanted, found = expected(), definitions()
    for subject, kinds in SUBJECTS.items():
        yield from _compared(subject, kinds, wanted, found)
    tables = sorted({name.partition(".")[0] for kind, name in wanted if kind == "trigger"})
    yield from _settings()
    yield from _role(tables)
    yield from _grants()


def _compared(subject: str, kinds: tuple[str, ...], wanted: Definitions, found: Definitions) -> Diagnoses:
    wrong = [
        finding
        for key in sorted(wanted.keys() | found.keys())
        if key[0] in kinds and (finding := _difference(subject, key, wanted, found))
    ]
    yield from wrong
    if not wrong:
        yield ok(subject, f"{sum(kind in kinds for kind, _ in wanted)} definitions as the migrations made them")


def _difference(subject: str, key: tuple[str, str], wanted: Definitions, found: Definitions) -> Diagnosis | None:
    kind, name = key
    if wanted.get(key) == found.get(key):
        return None
    if key not in found:
        says = f"the {kind} {name} is missing"
    elif key not in wanted:
        if kind in {"table", "column", "index", "constraint"} and _is_beside(name, wanted):
            return None
        says = f"the {kind} {name} is of no migration: {found[key]}"
    elif found[key].startswith("disabled "):
        says = f"the {kind} {name} is disabled"
    else:
        says = f"the {kind} {name} is not as the migrations made it: {found[key]}"
    # Other versions print the same definition differently.
    say = bad if int(one("SHOW server_version_num")) // 10000 == WRITTEN_FOR else warn
    return say(subject, says, RESTORE)


def _is_beside(name: str, wanted: Definitions) -> bool:
    """Whether it belongs to a table that is not Foundry's, such as an operator's own."""
    return ("table", name.partition(".")[0]) not in wanted


def _settings() -> Diagnoses:
    """Check the settings of roles and databases that disable triggers or make Postgres find other functions first."""
    remedy = "Find out who set it (ALTER ROLE … SET, ALTER DATABASE … SET), reset it, and run manage.py verify_audit."
    replication, path = one("SHOW session_replication_role"), one("SELECT current_schemas(true)::text[]")
    first = next(name for name in path if not name.startswith("pg_temp"))
    if replication != "origin":
        yield bad("Settings", f"session_replication_role is {replication}: no trigger runs", remedy)
    if first != "pg_catalog":
        yield bad("Settings", f"search_path looks into {first} before Postgres's own functions", remedy)
    if replication == "origin" and first == "pg_catalog":
        yield ok("Settings", "triggers run, and call Postgres's own functions")


def _role(tables: list[str]) -> Diagnoses:
    """Check that the application's role cannot switch off the protection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        name, is_superuser = cursor.fetchone()
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_has_role(relowner, 'MEMBER') ORDER BY relname",
            [tables],
        )
        owned = [row[0] for row in cursor.fetchall()]
    if is_superuser:
        yield bad("Role", f"{name} is a superuser", TWO_ROLES)
    elif owned:
        yield warn(
            "Role", f"{name} owns {owned[0]} and {len(owned) - 1} more, and could switch triggers off", TWO_ROLES
        )
    else:
        yield ok("Role", f"{name} owns no protected table")


# Rights on a table, or on one of its columns, of anybody but its owner; PUBLIC is the role 0.
_GRANTS: Final = """
SELECT DISTINCT c.relname, coalesce(r.rolname, 'PUBLIC'), acl.privilege_type,
    r.rolname IS NOT DISTINCT FROM current_user
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
CROSS JOIN LATERAL (
    SELECT * FROM aclexplode(c.relacl)
    UNION ALL SELECT e.* FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) e WHERE a.attrelid = c.oid
) acl
LEFT JOIN pg_roles r ON r.oid = acl.grantee
WHERE c.relkind IN ('r', 'p') AND acl.grantee <> c.relowner AND acl.privilege_type = ANY(%s)
ORDER BY 1, 2, 3
"""


def _grants() -> Diagnoses:
    with connection.cursor() as cursor:
        cursor.execute(_GRANTS, [list(_CHANGES)])
        given = [
            (table, role, right)
            for table, role, right, is_own in cursor.fetchall()
            if not is_own or right not in _NEEDED
        ]
    wrong = list(_wrong_grants(given))
    yield from wrong
    if not wrong:
        yield ok("Grants", "nobody but the owner and the application may change a record")


def _wrong_grants(given: list[tuple[str, str, str]]) -> Iterator[Diagnosis]:
    """One line for each role and right, with the first table and how many more."""
    counted = Counter((role, right) for _, role, right in given)
    for (role, right), count in sorted(counted.items()):
        first = next(table for table, *rest in given if rest == [role, right])
        more = f" and {count - 1} more tables" if count > 1 else ""
        yield bad("Grants", f"{role} may {right} on {first}{more}", REVOKE)
