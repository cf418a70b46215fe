"""Versions, and what they hold, rebuilt from the events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import connection

from audit.findings import Finding
from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import Rows, Table
from blobs.rebuilding import BLOBS, name_contents
from drafts.attachments.rebuilding import ATTACHMENTS
from drafts.comments.rebuilding import COMMENTS
from drafts.content import content_hash
from drafts.models import Draft
from drafts.tasks.rebuilding import TASKS
from projects.rebuilding import PROJECTS


def _fault(draft: Mapping[str, Any]) -> str | None:
    held = Draft(**{name: draft[name] for name in ("prompt_id", "configuration_id", "files")})
    try:
        fits = content_hash(held.fields) == draft["content_hash"]
    except (TypeError, ValueError, AttributeError):
        fits = False
    return None if fits else "its fields were changed: the content hash does not fit"


DRAFTS: Final = Table(
    Draft,
    name="version",
    key=("id",),
    chain="project_id",
    derived=("prompt_id", "configuration_id", "files"),
    check=_fault,
)


@DRAFTS.on("draft.saved")
def _saved(rows: Rows, fact: Fact) -> None:
    data = fact.data
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        version_number=data["version"],
        author_id=fact.actor_id,
        created_at=fact.at,
        message=data["message"],
        kind=data["kind"],
        source_version=data["source_version"],
        origin=data.get("origin"),
        changed_fields=data["changed_fields"],
        content_hash=data["content_hash"],
        renamed=data.get("renamed"),
    )


@PROJECTS.on("draft.saved")
def _is_current(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (fact.project_id,), current_draft_id=UUID(fact.target_id))


@BLOBS.on("draft.saved")
def _holds(rows: Rows, fact: Fact) -> None:
    name_contents(rows, fact, (each["after"] for each in fact.data["fields"].values()))


@BLOBS.on("project.imported")
def _came_from(rows: Rows, fact: Fact) -> None:
    name_contents(rows, fact, fact.data["file"]["parts"])


_WRONG_SIZES: Final = """
SELECT draft.project_id, draft.version_number, file.key FROM drafts_draft AS draft
CROSS JOIN LATERAL jsonb_each(draft.files) AS file
LEFT JOIN blobs_blob AS blob ON blob.sha256 = file.value ->> 'sha256'
WHERE to_jsonb(blob.size) IS DISTINCT FROM file.value -> 'size'
"""


def check_sizes() -> Iterator[Finding]:
    """The size that a version gives of a file is its content's; the content hash does not cover it."""
    with connection.cursor() as cursor:
        cursor.execute(_WRONG_SIZES)
        for project_id, version, path in cursor.fetchall():
            where = f"version v{version} of project {project_id}"
            yield Finding(where, f"the size of files/{path} was changed", str(project_id))


TABLES: Final = (DRAFTS, COMMENTS, TASKS, ATTACHMENTS)
