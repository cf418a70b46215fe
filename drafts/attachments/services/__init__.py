"""Everything that writes uploads and attachments."""

from drafts.attachments.services.attaching import attach_file
from drafts.attachments.services.removing import remove_attachment
from drafts.attachments.services.uploading import append_to_upload, end_upload, remove_uploads, start_upload

__all__ = [
    "append_to_upload",
    "attach_file",
    "end_upload",
    "remove_attachment",
    "remove_uploads",
    "start_upload",
]
