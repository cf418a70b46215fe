"""Uploading and attaching, as the services do it."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

from accounts.callers import Caller
from drafts.attachments.models import Attachment, Upload
from drafts.attachments.services import append_to_upload, attach_file, start_upload
from projects.models import Project

MIB = 1024 * 1024


def content(size: int, seed: int = 0) -> bytes:
    """Bytes that no compression makes smaller, always the same ones."""
    return random.Random(seed).randbytes(size)


def upload(caller: Caller, project: Project, data: bytes, *, piece: int = 4 * MIB) -> Upload:
    """Send a file in pieces."""
    made = start_upload(caller=caller, project_id=project.id, size=len(data))
    for offset in range(0, len(data), piece):
        made = append_to_upload(caller=caller, upload_id=made.id, offset=offset, data=data[offset : offset + piece])
    return made


def attach(caller: Caller, project: Project, data: bytes, *, name: str = "report.pdf", **facts: Any) -> Attachment:
    """Upload a file, and attach it to the project, or to `subject_type` and `subject_id`."""
    piece = facts.pop("piece", 4 * MIB)
    subject: dict[str, str | UUID] = {"subject_type": "project", "subject_id": project.id, **facts}
    made = upload(caller, project, data, piece=piece)
    return attach_file(caller=caller, project_id=project.id, upload_id=made.id, name=name, **subject)  # type: ignore[arg-type]
