"""Rows of the permission matrix: previews of files."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from accounts.callers import Caller
from blobs.models import Preview
from drafts.attachments.models import Attachment
from projects.models import Project
from tests.drafts.attachments.files import attach
from tests.matrix import Row

PNG = b"\x89PNG\r\n\x1a\n"
REST = (Row("api_preview", "GET", "/api/v1/attachments/{previewed}/preview/?size=1600", 200),)


def furnish(project: Project, caller: Caller) -> None:
    """Attach a file with a preview."""
    attachment = attach(caller, project, PNG, name="rota.png")
    # The same file is in each project.
    drawn = {"small": b"webp", "large": b"webp", "ended_at": timezone.now()}
    Preview.objects.get_or_create(pk=attachment.blob_id, defaults=drawn)


def things_in(project: Project) -> dict[str, UUID]:
    """What addresses of a project name in it."""
    picture = Attachment.objects.filter(project=project, media_type="image/png").first()
    return {"previewed": picture.id} if picture else {}
