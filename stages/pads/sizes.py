"""How much of a log is read at once: one revision can hold a text of 1 MiB, twice."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from kernel.statements import run
from stages.pads.models import Revision

# Bytes of edits and updates; one revision more may begin below.
MAX_BYTES: Final = 4 * 2**20

_LAST: Final = """
SELECT max(revision) FROM (
    SELECT revision, sum(size) OVER (ORDER BY revision) - size AS before FROM (
        SELECT revision, octet_length(edits) + octet_length("update") AS size FROM pads_revision
        WHERE pad_id = %s AND revision > %s ORDER BY revision LIMIT %s
    ) AS sized
) AS counted WHERE before < %s
"""
_SINCE: Final = """
SELECT coalesce(sum(octet_length("update")), 0) FROM pads_revision WHERE pad_id = %s AND revision > coalesce(
    (SELECT max(revision) FROM pads_snapshot WHERE pad_id = %s AND octet_length(state) > 0), 0)
"""


def next_revisions(pad_id: UUID, after: int, most: int) -> QuerySet[Revision]:
    """The next revisions after one: so many at most, and fewer where they are large. At least one, if there is one."""
    last: Any = RawSQL(_LAST, [pad_id, after, most, MAX_BYTES])  # noqa: S611 (without anything of a client)
    return Revision.objects.filter(pad=pad_id, revision__gt=after, revision__lte=last).order_by("revision")


def are_updates_large(pad_id: UUID) -> bool:
    """Whether the updates since the newest document that is kept are more than is read at once. One query."""
    size: int = run((_SINCE, [pad_id, pad_id]))[0][0]
    return size >= MAX_BYTES
