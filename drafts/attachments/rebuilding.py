"""Attachments, as the events add them up, and the second hash of their bytes, wherever they lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from blake3 import blake3

from audit.findings import Finding
from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import Rows, Table
from blobs.models import Blob
from blobs.reading import read_blob
from blobs.rebuilding import BLOBS, name_contents
from drafts.attachments.models import Attachment

ATTACHMENTS: Final = Table(Attachment, name="attachment", key=("id",), chain="project_id")


@ATTACHMENTS.on("attachment.added")
def _added(rows: Rows, fact: Fact) -> None:
    data = fact.data
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        blob_id=data["sha256"],
        blake3=data["blake3"],
        subject_type=data["subject"]["type"],
        subject_id=UUID(data["subject"]["id"]),
        name=data["name"],
        media_type=data["media_type"],
        created_at=fact.at,
        created_by_id=fact.actor_id,
        removed_at=None,
        removed_by_id=None,
        reason="",
    )


@ATTACHMENTS.on("attachment.removed")
def _removed(rows: Rows, fact: Fact) -> None:
    rows.change(
        fact,
        (UUID(fact.target_id),),
        removed_at=fact.at,
        removed_by_id=fact.actor_id,
        reason=fact.record["reason"],
    )


@BLOBS.on("attachment.added")
def _holds(rows: Rows, fact: Fact) -> None:
    name_contents(rows, fact, [fact.data["sha256"]])


def check_files() -> Iterator[Finding]:
    """Compute the BLAKE3 of every attached file again; its SHA-256 is the name of its blob, and checked with that."""
    files = Attachment.objects.order_by("blob_id", "blake3").values_list("blob_id", "blake3")
    for sha256, digest in files.distinct().iterator(chunk_size=500):
        computed = blake3()
        try:
            for part in read_blob(sha256):
                computed.update(part)
        except (Blob.DoesNotExist, OSError):
            # Found with the blobs.
            continue
        if computed.hexdigest() != digest:
            project_id = Attachment.objects.filter(blob=sha256, blake3=digest).values_list("project", flat=True)[0]
            yield Finding(f"file {sha256}", "its BLAKE3 hash is another one", str(project_id))
