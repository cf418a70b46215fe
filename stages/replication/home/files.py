"""A file that a record names, as it is sent: under the name that its operation gives it."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from blobs.models import Blob
from blobs.reading import read_blob
from drafts.attachments.media_types import SIGNATURE_BYTES, media_type_of
from drafts.attachments.models import Attachment
from kernel.errors import NotFound
from stages.replication.home.named import file_named


def page_of_file(project_id: UUID, blake3: str) -> str:
    """The page of a file that an accepted operation names, which another site has; empty for any other."""
    if file_named(project_id, blake3) is None:
        return ""
    return reverse("replication_home:file", args=[project_id, blake3])


def as_attachment(project_id: UUID, blake3: str, blob: Blob) -> Attachment:
    """The file as downloads take it, never saved. Its type comes from its bytes, whatever the operation says."""
    value = file_named(project_id, blake3)
    if value is None:
        raise NotFound(_("No record of this project names a file with this hash."))
    first = b"".join(read_blob(blob.sha256, 0, SIGNATURE_BYTES))
    return Attachment(
        project_id=project_id, blob=blob, blake3=blake3, name=str(value["name"]), media_type=media_type_of(first)
    )
