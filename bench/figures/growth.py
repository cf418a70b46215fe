"""p7 and p8: what a long history costs."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from bench.client import socket_to
from bench.figure import Figure, Goal, compared, per_second
from bench.nodes import product_node
from bench.world import bare_connection, person, project

SHORT, LONG = 10, 10_000
FIELD_BYTES = 100_000

# Versions and their events, as saves make them, without the way through the gateway: p7 asks what history costs, not
# how long it takes to make one.
FILL_EVENTS = """
INSERT INTO audit_event (canonical)
SELECT %(event)s FROM generate_series(%(first)s::int, %(last)s::int) AS number
"""
FILL_DRAFTS = """
INSERT INTO drafts_draft (id, project_id, version_number, prompt_id, files, author_id, created_at, message, kind,
    changed_fields, content_hash)
SELECT gen_random_uuid(), project_id, number, prompt_id, files, author_id, created_at, message, kind, changed_fields,
    content_hash
FROM drafts_draft, generate_series(%(first)s::int, %(last)s::int) AS number
WHERE project_id = %(project)s AND version_number = %(source)s
"""


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of p7 and p8 that are wanted."""
    figures = []
    if "p7" in wanted:
        figures.append(_late_saves(rounds=2 if quick else 5, count=50 if quick else 150))
    if "p8" in wanted:
        figures.append(_stored_bytes())
    return figures


def _late_saves(rounds: int, count: int) -> Figure:
    owner = person("growth")
    young, old = project(owner), project(owner)
    with product_node() as node, socket_to(node, young.id, owner) as first, socket_to(node, old.id, owner) as second:
        young_token, old_token = first.take(), second.take()
        for version in range(SHORT):
            first.save(f"version {version}", young_token, version)
        second.save("version 0", old_token, 0)
        _fill(old.id, until=LONG)
        versions = {"young": SHORT, "old": LONG}

        def save_young() -> None:
            versions["young"] = first.save(f"again {versions['young']}", young_token, versions["young"])

        def save_old() -> None:
            versions["old"] = second.save(f"again {versions['old']}", old_token, versions["old"])

        pairs = []
        for _ in range(rounds):
            late = 1000 / per_second(save_old, count)
            pairs.append((late, 1000 / per_second(save_young, count)))
    return compared("p7", "A save at version 10,000 against version 10", "ms", Goal("<=", 1.2), pairs)


def _fill(project_id: UUID, *, until: int) -> None:
    """Repeat version 1 and its event up to version `until`."""
    with bare_connection() as bare:
        row = bare.execute(
            "SELECT canonical FROM audit_event WHERE chain = %s AND action = 'draft.saved'", [str(project_id)]
        ).fetchone()
        assert row is not None
        bounds = {"first": 2, "last": until, "project": project_id, "source": 1, "event": str(row[0])}
        bare.execute(FILL_EVENTS, bounds)
        bare.execute(FILL_DRAFTS, bounds)
        bare.execute(
            "UPDATE projects_project SET current_draft_id ="
            " (SELECT id FROM drafts_draft WHERE project_id = %s AND version_number = %s) WHERE id = %s",
            [project_id, until, project_id],
        )
        bare.execute("ANALYZE")


def _stored_bytes() -> Figure:
    owner = person("bytes")
    made = project(owner)
    text = "".join(chr(33 + (number * 7919) % 90) for number in range(FIELD_BYTES))
    fields = ["prompt_text", *(f"files/{number}.txt" for number in range(4))]
    with product_node() as node, socket_to(node, made.id, owner) as socket:
        version = 0
        tokens = {field: socket.take(field) for field in fields}
        for number, field in enumerate(fields):
            version = socket.save(f"{number}{text}", tokens[field], version, field)
        before = _row_bytes()
        socket.save(f"x{text[1:]}!", tokens["prompt_text"], version)
        stored = _row_bytes() - before
    notes = ["Bytes of all rows that one save adds (content, version, event), uncompressed."]
    return compared(
        "p8",
        "Stored for a 1-character change to 100 kB among 5 fields",
        "bytes",
        Goal("<=", 1.2),
        [(float(stored), float(FIELD_BYTES))],
        notes=notes,
    )


def _row_bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT coalesce(sum(octet_length(data) + 100), 0) FROM blobs_blob)"
            " + (SELECT sum(octet_length(d::text)) FROM drafts_draft AS d)"
            " + (SELECT sum(octet_length(e::text)) FROM audit_event AS e)"
        )
        total: int = cursor.fetchone()[0]
    return total
